"""FLASK_DEBUG is set after the application was made.

Why: ``Flask()`` reads FLASK_DEBUG when it is created. Setting the variable afterwards does not change ``app.debug``;
only ``app.run()`` and the ``flask`` command look again.

Instead: set the variable where the program is started, or ``app.debug`` before anything reads it.

Fix: Removes the assignment; safe, as it changes nothing.

Quiet: When ``app.run()`` without ``debug=`` follows in the file, and when the variable is switched off.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.rules.ask.environment_writes import environment_writes, made_before, without
from flask_ls.rules.ask.values import UNKNOWN, constant
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK506",
    severity=Severity.INFORMATION,
    guide=("Debug mode / use the FLASK_DEBUG environment variable",),
    triggers=frozenset({"FLASK_DEBUG"}),
    examples=(
        Bad(
            """
            import os

            from flask import Flask

            app = Flask(__name__)
            os.environ["FLASK_DEBUG"] = "1"
            #          ^^^^^^^^^^^^^ Too late: FLASK_DEBUG was read when the app was made
            app.config["ITEMS"] = 20
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            app.config["ITEMS"] = 20
            """,
        ),
        Good(
            """
            import os

            from flask import Flask

            os.environ["FLASK_DEBUG"] = "1"
            app = Flask(__name__)
            assert app.debug
            os.environ["FLASK_DEBUG"] = "0"
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            import os

            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                os.environ["FLASK_DEBUG"] = "1"
                app.run()
            """,
            drive="client.get('/')",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every write that stands below the creation or import of an app, in the same block."""
    for write in environment_writes(ctx, "FLASK_DEBUG"):
        value = constant(ctx, write.value)
        if ctx.is_test or (value is not UNKNOWN and str(value).lower() in ("0", "false", "no", "")):
            continue
        made = made_before(ctx, write)
        if made is None:
            continue
        yield ctx.finding(
            write.key,
            "Too late: FLASK_DEBUG was read when the app was made, and app.debug does not change.",
            related=[ctx.related(made, "the app is made here")],
            fixes=[ctx.fix("Remove it", without(ctx, write), safe=True)],
        )
