"""How an operator is asked."""

import sys


class Guide:
    """Asks for what the options do not say."""

    def __init__(self, options):
        self.options = options

    def ask(self, option, what, default, why, check=lambda answer: None):
        given = getattr(self.options, option, None)
        while True:
            answer = given
            if given is None:
                answer = default
                if not self.options.yes:
                    answer = read(f"{what} ({why}) [{default}]: ") or default
            problem = check(answer)
            if problem is None:
                return answer
            print(f"{what}: {problem}", file=sys.stderr)
            if given is not None or self.options.yes:
                sys.exit(2)

    def agrees(self, question):
        return self.options.yes or read(f"\n{question} [y/N]: ").lower() in ("y", "yes")


def read(prompt, by=input):
    try:
        return by(prompt).strip()
    except EOFError:
        sys.exit("\nThe input has ended: answer the questions, or use --yes with options for what differs from the defaults; see ARGS=--help.")
