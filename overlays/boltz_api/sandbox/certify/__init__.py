"""Wire cases: the rules of a client of this API as data, and a runner that holds any client against them.

A case says what a scripted server responds to one call, and what must be seen of the client: the requests that arrive,
the waits, the outcome. Needs PyYAML, which the extra ``cli`` brings.
"""
