"""What Schemathesis has to be told of Wedge beyond its description."""

import json

import schemathesis
from schemathesis import GenerationMode


@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    """A list is written an item a line. What is no list could not but be a line, and a line is a row: it is sent as
    bytes that are no text, which the service is to refuse as well."""
    if not isinstance(value, list):
        return b"\xff"
    return "".join(json.dumps(item) + "\n" for item in value).encode()


@schemathesis.deserializer("application/x-ndjson")
def rows(ctx, response):
    return [json.loads(line) for line in response.content.splitlines()]


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """JSON Schema can neither compare two dates nor add numbers: of a customer sent as orders it cannot say that one
    of the orders must not lie after `as_of`, nor that all amounts together must stay in reach. Where the description is
    to be kept, these two are."""
    body = case.body
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    if not isinstance(body, dict) or not isinstance(body.get("orders"), list) or not body["orders"]:
        return
    body["as_of"] = max([body["as_of"], *(order["date"] for order in body["orders"])])
    for order in body["orders"]:
        for name, number in order.items():
            if isinstance(number, (int, float)) and not isinstance(number, bool):
                order[name] = max(-1e12, min(1e12, number))
