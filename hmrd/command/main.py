"""Runs the command `hmrd`: the daemon itself, or a question to the one that runs."""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from hmrd.command.arguments import parser
from hmrd.command.image import make_image
from hmrd.command.offers import OffersFailed, answer_offers, has_offers
from hmrd.command.signing import SigningFailed, sign
from hmrd.command.text import counts_lines, status_lines
from hmrd.config.files import load_config
from hmrd.config.model import Origin
from hmrd.control.actions import trust_of
from hmrd.images.swupdate import ImageRefused
from hmrd.local_client import DaemonAway, ask
from hmrd.memory import use_one_arena
from hmrd.network.http import ServerFailed
from hmrd.protocol.codes import label_proof, read_code
from hmrd.protocol.enrolment import BatchProof, CodeProof, Enrolment, LabelProof, Proof, TrustKind, read_proof
from hmrd.protocol.local import LocalCommand, LocalRequest
from hmrd.protocol.reading import BadDeviceMessage
from hmrd.server_address import BadServerAddress
from hmrd.service.device import LocalDevice, agent
from hmrd.service.joining import AlreadyJoined, join_without_daemon
from hmrd.storage.files import StorageFailed, read_file
from hmrd.storage.folder import FolderInUse, StateFolder
from hmrd.storage.log import RingLog
from hmrd.trust import TrustRefused
from rune.wording import counted

FAILED: Final = 1
WRONG_USE: Final = 2


class HmrdFailed(Exception):
    """The command ends, with a sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        _run(options)
    except (
        HmrdFailed,
        DaemonAway,
        BadDeviceMessage,
        BadServerAddress,
        AlreadyJoined,
        FolderInUse,
        SigningFailed,
        OffersFailed,
        ImageRefused,
        StorageFailed,
        TrustRefused,
    ) as error:
        print(f"hmrd: {error}", file=sys.stderr)
        return FAILED
    except ServerFailed as error:
        print(f"hmrd: {error.refusal or error.problem.name}: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        return FAILED
    except KeyboardInterrupt:
        return 130
    return 0


def _run(options: argparse.Namespace) -> None:
    match options.command:
        case "run":
            _run_daemon(options)
        case "version":
            print(agent())
        case "check-config":
            _check_config(options)
        case "enroll":
            _enroll(options)
        case "status":
            status = _ask(options, LocalCommand.STATUS)
            print(json.dumps(status, ensure_ascii=False, indent=2) if options.json else "\n".join(status_lines(status)))
        case "logs":
            sys.stdout.write(_ask(options, LocalCommand.LOG, size=options.bytes)["log"])
        case "counts":
            result = _ask(options, LocalCommand.COUNTS, rune=options.rune)
            print(json.dumps(result, indent=2) if options.json else "\n".join(counts_lines(result)))
        case "self-test":
            _self_test(_ask(options, LocalCommand.SELF_TEST, rune=options.rune))
        case "go-back":
            print(f"Runs {_ask(options, LocalCommand.GO_BACK, rune=options.rune)['version']} again.")
        case "deploy":
            _deploy(options)
        case "collect":
            _collect(options)
        case "trust":
            _trust(options)
        case "image":
            print(make_image(options))
        case "sign":
            sign(options)
        case "leave":
            print(f"Left {_ask(options, LocalCommand.LEAVE, force=options.force)['organisation']}.")


def _run_daemon(options: argparse.Namespace) -> None:
    # The other commands answer sooner without the engine.
    from hmrd.daemon import Daemon

    _require_owner(StateFolder(options.state))
    use_one_arena()
    daemon = Daemon(StateFolder(options.state), options.config)
    daemon.listen_to_signals()
    daemon.run()


def _require_owner(folder: StateFolder) -> None:
    """Root would leave files that the daemon cannot read."""
    owner = folder.root.stat().st_uid if folder.root.exists() else os.geteuid()
    if os.geteuid() == 0 and owner != 0:
        raise HmrdFailed(f"{folder.root} belongs to another user. Start the daemon, or run this command as that user.")


def _check_config(options: argparse.Namespace) -> None:
    errors = load_config(options.config, None).errors
    for error in errors:
        print(f"{options.config}, {error}")
    if errors:
        raise HmrdFailed("The configuration has lines that cannot be used.")
    print(f"{options.config} is right.")


def _self_test(result: Mapping[str, Any]) -> None:
    if (problem := result.get("problem")) is not None:
        raise HmrdFailed(f"{result['version']}: {problem['name']}: {problem['detail']}")
    print(f"{result['version']}: {_OUTCOMES[result['outcome']]}")


_OUTCOMES: Final = {
    "passed": "passed. It computes the same bits as the approved build.",
    "not-verified": "not verified. It runs, and nothing is known to compare its outputs with.",
}


def _deploy(options: argparse.Namespace) -> None:
    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise HmrdFailed(f"{options.file} cannot be read: {error.strerror}.") from None
    encoded = base64.b64encode(data).decode()
    result = _ask(options, LocalCommand.DEPLOY, rune=options.rune, version=options.version, data=encoded)
    print(f"Deployed {result['rune']}. hmrd status shows when it runs.")


def _collect(options: argparse.Namespace) -> None:
    if has_offers(options):
        answer_offers(options, partial(_ask, options))
    elif options.list:
        result = _ask(options, LocalCommand.RECORDINGS)
        print(f"{result['folder']}: {counted(len(result['sessions']), 'session')}")
        for each in result["sessions"]:
            state = "over" if each["is_over"] else "records"
            period = f"kept until {each['until']}"
            print(
                f"{each['id']}: {each['label']}, {each['recordings']} recordings, {state}, {period}: {each['consent']}"
            )
    elif options.end:
        _ask(options, LocalCommand.END_COLLECTION)
        print("Nothing is recorded any more.")
    elif options.delete is not None:
        _ask(options, LocalCommand.DELETE_RECORDINGS, id=options.delete)
        print(f"Deleted session {options.delete}.")
    else:
        names = ("label", "consent", "until")
        if missing := [f"--{name}" for name in names if not getattr(options, name)]:
            raise HmrdFailed(f"A recording needs {', '.join(missing)}.")
        values = {name: getattr(options, name) for name in (*names, "seconds", "last")}
        _ask(options, LocalCommand.COLLECT, **values)
        print(f"Records {options.label}. hmrd collect --end ends it.")


def _enroll(options: argparse.Namespace) -> None:
    folder = StateFolder(options.state)
    proof = _proof(options, folder)
    while (wait := _try_to_join(options, folder, proof)) is not None:
        print("A member of the organisation has to confirm this device.")
        if options.no_wait:
            return
        time.sleep(wait)


def _try_to_join(options: argparse.Namespace, folder: StateFolder, proof: Proof) -> int | None:
    """Asks to join. Returns the seconds until it may be asked again, or None if the device joined."""
    try:
        result = _ask(
            options,
            LocalCommand.ENROL,
            server=options.server,
            proof=proof.to_json(),
            name=options.name,
            fingerprints=options.key_fingerprint,
        )
    except DaemonAway:
        result = _join_alone(options, folder, proof)
    if (retry := result.get("retry")) is not None:
        return int(retry)
    print(f"Joined {result['organisation']} as {result['name']}.")
    _say_trust(options.server, result)
    return None


def _say_trust(server: str, result: Mapping[str, Any]) -> None:
    if result["trust"] == TrustKind.SERVER:
        print(f"It believes the keys of {server}: a person who takes that server over decides what it runs.")
        return
    print("It runs nothing that this key at home did not sign. Compare it with your own:")
    for fingerprint in result["fingerprints"]:
        print(f"  {fingerprint}")


def _trust(options: argparse.Namespace) -> None:
    try:
        keys = [path.read_text("utf-8") for path in options.key]
    except OSError as error:
        raise HmrdFailed(f"{error.filename} cannot be read: {error.strerror}.") from None
    result = _ask(options, LocalCommand.TRUST, keys=keys, root=options.root, deployment=options.deployment)
    _say_trust("its server", result)


def _join_alone(options: argparse.Namespace, folder: StateFolder, proof: Proof) -> Mapping[str, Any]:
    loaded_config = load_config(options.config, None)
    rune = next((each.name for each in loaded_config.config.runes if each.origin is Origin.SERVER), None)
    if rune is None:
        raise HmrdFailed(f'{options.config} has no rune with from = "server".')
    _require_owner(folder)
    lock = folder.lock()
    try:
        device = LocalDevice(folder, loaded_config.config, RingLog(folder.log))
        answer = join_without_daemon(device, rune, options.server, proof, options.name, options.key_fingerprint)
    finally:
        os.close(lock)
    if isinstance(answer, Enrolment):
        return {"organisation": answer.organisation, "name": answer.name, **trust_of(answer.trust)}
    return {"retry": answer.retry}


def _proof(options: argparse.Namespace, folder: StateFolder) -> Proof:
    if sum((options.code is not None, options.label, options.batch is not None)) != 1:
        raise HmrdFailed("Name a code, or --label, or --batch FILE.")
    if options.batch is not None:
        certificate = (read_file(options.batch) or b"").decode("utf-8", "replace").strip()
        proof = read_proof({"kind": "batch", "certificate": certificate})
        if isinstance(proof, BatchProof):
            return proof
    if options.code is not None:
        if (code := read_code(options.code)) is None:
            raise HmrdFailed(f"{options.code} is not a code: 9 letters and digits, such as KN4-72Q-8XW.")
        return CodeProof(code)
    if not options.organisation:
        raise HmrdFailed("Name the organisation with --organisation: this device joins no other one.")
    label, key = folder.identity.label(), folder.identity.key()
    print(f"Label of this device: {label.label}-{label.secret}")
    return LabelProof(label.label, options.organisation, label_proof(label.secret, key.public, options.organisation))


def _ask(options: argparse.Namespace, command: LocalCommand, **arguments: object) -> Mapping[str, Any]:
    present = {name: value for name, value in arguments.items() if value is not None}
    answer = ask(StateFolder(options.state).socket, LocalRequest(command, present))
    if answer.error:
        raise HmrdFailed(answer.error)
    return answer.result
