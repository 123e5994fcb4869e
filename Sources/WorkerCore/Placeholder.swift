enum WorkerCorePlaceholder {}
