"""A mail server that keeps what it accepts: `python tests/smtp_sink.py --port 2525 --folder F`.

F/accepted has a line (recipient, Message-ID) for each letter, written before it is answered; with
--keep, F holds the letters themselves. What stands before the @ asks for trouble:

    refused  550 5.1.1    policy  550 5.7.1    later  451    content  554 after the letter
    lax      550 5.1.1, and yet the letter is asked for
    hangup   the line breaks before the letter
    silent   the letter is accepted, and the line breaks before that is said
"""

import argparse
import asyncio
import os
import re
import signal
from pathlib import Path

RCPT = {
    "refused": b"550 5.1.1 no such mailbox",
    "lax": b"550 5.1.1 no such mailbox",
    "policy": b"550 5.7.1 not from you",
    "later": b"451 4.3.0 not now",
}
ADDRESS = re.compile(rb"TO:\s*<([^>]*)>", re.IGNORECASE)
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class Session(asyncio.Protocol):
    def __init__(self, options: argparse.Namespace, log: int) -> None:
        self.options, self.log = options, log
        self.buffer, self.to, self.in_data = b"", b"", False

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.say(b"220 sink")

    def say(self, words: bytes) -> None:
        self.transport.write(words + b"\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = b"\r\n.\r\n" if self.in_data else b"\r\n"
        while end in self.buffer and not self.transport.is_closing():
            piece, self.buffer = self.buffer.split(end, 1)
            self.letter(piece) if self.in_data else self.command(piece)
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"

    def command(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"EHLO":
            more = b"" if self.options.step_by_step else b"250-PIPELINING\r\n"
            self.say(b"250-sink\r\n" + more + b"250-8BITMIME\r\n250 SIZE 10000000")
        elif verb == b"RCPT":
            self.recipient(line)
        elif verb == b"MAIL":
            self.to = b""
            self.say(b"250 ok")
        elif verb == b"DATA" and not self.to:
            self.say(b"554 5.5.1 no valid recipients")
        elif verb == b"DATA":
            self.in_data = True
            self.say(b"354 go on")
        elif verb == b"QUIT":
            self.say(b"221 bye")
            self.transport.close()
        else:
            self.say(b"250 ok")

    def recipient(self, line: bytes) -> None:
        found = ADDRESS.search(line)
        self.to = found[1] if found else b"?"
        name = self.name()
        if name == "hangup":
            self.transport.close()
        elif name in RCPT:
            self.to = self.to if name == "lax" else b""
            self.say(RCPT[name])
        else:
            self.say(b"250 ok")

    def name(self) -> str:
        return self.to.decode().partition("@")[0].partition("-")[0]

    def letter(self, content: bytes) -> None:
        self.in_data = False
        if self.name() == "content":
            self.say(b"554 5.6.0 not like this")
            return
        found = MESSAGE_ID.search(content)
        name = found[1] if found else b"?"
        os.write(self.log, self.to + b" " + name + b"\n")
        if self.options.keep:
            path = self.options.folder / (re.sub(r"[^\w.@-]", "", name.decode()) + ".eml")
            path.write_bytes(content.replace(b"\r\n..", b"\r\n.") + b"\r\n")
        if self.name() == "silent":
            self.transport.close()
        elif self.options.delay:
            asyncio.get_running_loop().call_later(self.options.delay, self.say, b"250 accepted")
        else:
            self.say(b"250 accepted")


async def serve(options: argparse.Namespace) -> None:
    log = os.open(options.folder / "accepted", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(options, log), "127.0.0.1", options.port)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--step-by-step", action="store_true", help="commands come one by one")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument(
        "--delay", type=float, default=0, help="seconds before a letter is answered"
    )
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # asyncio would wait until all hang up
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
