# Countersign as an agent of AgentEx: one image for its front door and for its worker.
FROM python:3.13-slim

WORKDIR /app
ENV PYTHONUNBUFFERED=1

# The lock is complete and hashed. pip must not ask whether the packages like each other: what
# pyproject.toml overrides, it does not know.
COPY requirements-agentex.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement requirements-agentex.lock

COPY bot bot
COPY countersign countersign
COPY examples examples
COPY worker worker
COPY workflows workflows
COPY policy.yaml ./

RUN useradd --uid 10001 --create-home countersign
USER 10001

EXPOSE 8000
CMD ["uvicorn", "bot.agentex.acp:acp", "--host", "0.0.0.0", "--port", "8000"]
# The worker is the same image with another command:
# CMD ["python", "-m", "worker.agentex"]
