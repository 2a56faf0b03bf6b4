"""Test who may let your agent act: `from countersign.testing import ApprovalSandbox`.

pytest gives one to each test that has a parameter `approval_sandbox`.
"""

from countersign.testing.people import ApprovalSandbox, Card, NothingCameError, Thread

__all__ = ["ApprovalSandbox", "Card", "NothingCameError", "Thread"]
