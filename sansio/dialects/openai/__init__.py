"""OpenAI's APIs beside chat, and those of the many servers that speak them too: https://platform.openai.com/docs/api-reference.

A module holds one kind of request, or a few that share their answers; each has a codec of its own.
"""
