"""Great Expectations suites at the two borders: on raw after landing, on the copy before publishing.

Importing this package does not import Great Expectations, which takes seconds; a worker process does.
"""

from orchestration.quality.client import QualityWorker, audit_published, audit_raw

__all__ = ["QualityWorker", "audit_published", "audit_raw"]
