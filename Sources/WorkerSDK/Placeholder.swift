enum WorkerSDKPlaceholder {}
