enum WorkerHTTPPlaceholder {}
