"""Whom a symptom can befall: the sorts of Pods that detectors ask for, each with one name.

They look at the shape of a Pod alone, so whoever asks all detectors asks these once for a shape.
"""

from rgt_tui.domain.finding import Subject

Shape = tuple[object, ...]


def shape(subject: Subject) -> Shape:
    """All of a Pod that tells whom a symptom can befall; empty for the account."""
    pod = subject.pod
    if pod is None:
        return ()
    return (
        pod.status,
        pod.is_alive,
        pod.gpu_id is None,
        pod.ssh_direct is None,
        pod.volume_disk is None,
        not pod.network_mounts,
    )


def running(subject: Subject) -> bool:
    """A Pod that the service intends to run."""
    return subject.pod is not None and subject.pod.is_running


def running_on_gpus(subject: Subject) -> bool:
    """A Pod that is to run and ordered GPUs."""
    return running(subject) and subject.this.gpu_id is not None


def living(subject: Subject) -> bool:
    """A Pod that is to run, with a container that lives."""
    return running(subject) and subject.this.is_alive


def living_on_gpus(subject: Subject) -> bool:
    """A Pod whose container lives and that ordered GPUs."""
    return living(subject) and subject.this.gpu_id is not None


def reached_directly(subject: Subject) -> bool:
    """A Pod that is to run and has an SSH address of its own."""
    return running(subject) and subject.this.ssh_direct is not None


def living_and_reached(subject: Subject) -> bool:
    """A Pod whose container lives and that has an SSH address of its own."""
    return living(subject) and subject.this.ssh_direct is not None


def not_yet_alive(subject: Subject) -> bool:
    """A Pod that is not stopped and whose container has not come to life."""
    pod = subject.pod
    return pod is not None and not pod.is_stopped and not pod.is_alive
