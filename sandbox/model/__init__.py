"""A scripted model behind OpenAI's Responses API, so that nobody needs a key to try the bot."""

from sandbox.model.routes import add_model_routes

__all__ = ["add_model_routes"]
