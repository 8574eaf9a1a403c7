"""What `resume` and `retry` share."""

from __future__ import annotations

from labjournal.cli import Context


def restart(context: Context, reference: str, resume: bool, why: str | None, follow: bool, as_json: bool) -> None:
    """Start the run meant again, say how, and stay with it when asked to."""
    from labjournal.cli import launched, session
    from labjournal.runner import restarting
    from labjournal.store import references

    with session.opened(context) as follower:
        paths, store = follower.paths, follower.store
        name, selector = references.split(reference)
        run = store.resolve(name)
        wish = restarting.Wish(resume, selector, why)
        log = paths.run(run.id).log
        start = log.stat().st_size if log.exists() else 0
        accepted = restarting.again(run.id, wish, store, paths, follower.config)
    launched.tell([accepted], as_json, follow)
    if follow:
        from labjournal.cli.following import follow as follow_log

        same = accepted.id == run.id
        raise SystemExit(follow_log(paths.run(accepted.id), accepted.name, start=start if same else 0))
    launched.leave([accepted])
