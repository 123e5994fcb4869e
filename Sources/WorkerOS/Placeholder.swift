enum WorkerOSPlaceholder {}
