"""Starts the server that is bundled with the extension.

Run as ``python -I -S launch.py server``: the interpreter then has its standard library only, and this
adds the bundled packages in front of it, so that nothing of the workspace or of the interpreter's own
site-packages can take the place of a module of the server.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LIBS = os.path.join(os.path.dirname(HERE), "bundled", "libs")

if not os.path.isdir(os.path.join(LIBS, "flask_ls")):
    sys.exit(f"The bundled server is missing in {LIBS}: run `npm run bundle`.")
# The extension folder may be read-only, and it is removed as a whole: leave no bytecode in it.
sys.dont_write_bytecode = True
sys.path.insert(0, LIBS)

# Worker processes import this file again: they must find the packages, and must not start a server.
if __name__ == "__main__":
    from flask_ls.__main__ import main

    sys.exit(main())
