"""Foreign files are opened here, in a child process of their own, and written anew: nothing of them is ever served.

The web process asks through `ask`; `python -m app.decoding` answers. Neither knows anything of the product.
"""
