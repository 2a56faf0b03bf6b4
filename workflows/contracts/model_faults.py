"""What can be wrong with a model, its provider or its answer, as codes that failures carry."""

from enum import StrEnum


class ModelFault(StrEnum):
    """Why there is no answer of the model. The value is the `type` of the failure in Temporal."""

    RATE_LIMITED = "model_rate_limited"
    QUOTA = "model_quota"
    """The account has no credit left; waiting does not help."""
    REFUSED_KEY = "model_refused_key"
    MODEL_MISSING = "model_missing"
    WRONG_ADDRESS = "model_wrong_address"
    CONTEXT = "model_context"
    """More was given than the model reads."""
    FILTERED = "model_filtered"
    CUT_OFF = "model_cut_off"
    """The answer reached its longest length before there was any text."""
    REFUSED_REQUEST = "model_refused_request"
    UNAVAILABLE = "model_unavailable"
    TIMEOUT = "model_timeout"
    UNREADABLE = "model_unreadable"
    """An answer came, and it is not of the form that was agreed."""
    UNFORESEEN = "model_unforeseen"
