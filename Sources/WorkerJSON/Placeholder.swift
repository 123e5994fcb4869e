enum WorkerJSONPlaceholder {}
