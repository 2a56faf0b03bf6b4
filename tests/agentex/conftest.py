"""Before anything of AgentEx's SDK is imported."""

import os

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else a price list is fetched
