"""What a plugin may import from its worker: metrics of its own.

    import universal_worker

    images = universal_worker.counter("images_total", "Images that were made.", ["model"])
    images.labels("tiny").inc()
"""

from universal_worker_runner.metrics import counter, gauge, histogram

__all__ = ["counter", "gauge", "histogram"]
