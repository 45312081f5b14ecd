"""The template endpoints of REST v2."""

from dataclasses import replace
from typing import Final, cast

from aiohttp import web

from rgt_tui.simulator.rest.answers import Problem, answer, not_found, nothing
from rgt_tui.simulator.rest.desk import body_of, desk_of, word
from rgt_tui.simulator.rest.pod_bodies import CONTAINER, TEMPLATE_MOUNTS, Body
from rgt_tui.simulator.rest.shapes import Shape, array, boolean, choice, record, text
from rgt_tui.simulator.templates import CATALOGUE, Template

_FIELDS: Final[dict[str, Shape]] = {
    **CONTAINER,
    "allowedCudaVersions": array(text(pattern=r"^\d+\.\d+$")),
    "category": choice("CPU", "NVIDIA", "AMD"),
    "mounts": TEMPLATE_MOUNTS,
    "name": text(at_least=1),
    "public": boolean(),
    "serverless": boolean(),
    "startJupyter": boolean(),
    "startSsh": boolean(),
}

CREATE: Final = record(_FIELDS, required=("name", "image"))
UPDATE: Final = record(_FIELDS)

_PLAIN: Final = {
    "name": "name",
    "image": "image",
    "args": "args",
    "env": "env",
    "registry": "registry",
    "serverless": "serverless",
    "public": "public",
    "category": "category",
    "startSsh": "starts_ssh",
    "startJupyter": "starts_jupyter",
}


async def list_templates(request: web.Request) -> web.Response:
    """The account's own templates."""
    own = desk_of(request).world.templates.values()
    return answer({"templates": [template_json(template) for template in own]})


async def list_catalogue(request: web.Request) -> web.Response:
    """One slice of the public templates."""
    source = word(request, "source", "official", "verified", "community") or "official"
    shown = [template_json(item) for item in CATALOGUE if item.source == source]
    return answer({"templates": shown})


async def get_template(request: web.Request) -> web.Response:
    """One template, own or public."""
    template = desk_of(request).world.template(request.match_info["id"])
    if template is None:
        raise not_found()
    return answer(template_json(template))


async def create_template(request: web.Request) -> web.Response:
    """Saves a template."""
    world = desk_of(request).world
    body = await body_of(request, CREATE)
    template = _changed(Template(id=world.new_id(10), name="", image=""), body)
    world.templates[template.id] = template
    return answer(template_json(template), 201)


async def update_template(request: web.Request) -> web.Response:
    """Changes the fields the body carries."""
    world = desk_of(request).world
    template = _own(request)
    changed = _changed(template, await body_of(request, UPDATE))
    world.templates[changed.id] = changed
    return answer(template_json(changed))


async def delete_template(request: web.Request) -> web.Response:
    """Deletes a template no Pod refers to."""
    world = desk_of(request).world
    template = _own(request)
    if any(pod.spec.template == template.id for pod in world.pods.values()):
        raise Problem(400, "template is in use and cannot be deleted")
    del world.templates[template.id]
    return nothing()


def template_json(template: Template) -> Body:
    """A template in the words of REST v2."""
    persistent = template.persistent
    mounts = {"persistent": {"size": persistent[0], "path": persistent[1]}} if persistent else {}
    return {
        "id": template.id,
        "name": template.name,
        "image": template.image,
        "args": template.args,
        "disk": template.disk,
        "mounts": mounts,
        "ports": list(template.ports),
        "env": dict(template.env),
        "registry": template.registry,
        "serverless": template.serverless,
        "public": template.public,
        "category": template.category,
        "startSsh": template.starts_ssh,
        "startJupyter": template.starts_jupyter,
        "allowedCudaVersions": list(template.cuda_versions),
    }


def _own(request: web.Request) -> Template:
    template = desk_of(request).world.templates.get(request.match_info["id"])
    if template is None:
        raise not_found()
    return template


def _changed(template: Template, body: Body) -> Template:
    changes = {attribute: body[key] for key, attribute in _PLAIN.items() if key in body}
    if "disk" in body:
        changes["disk"] = int(cast("float", body["disk"]))
    if "ports" in body:
        changes["ports"] = tuple(cast("list[str]", body["ports"]))
    if "allowedCudaVersions" in body:
        changes["cuda_versions"] = tuple(cast("list[str]", body["allowedCudaVersions"]))
    if "mounts" in body:
        mount = cast("dict[str, Body]", body["mounts"]).get("persistent")
        size = int(cast("float", mount["size"])) if mount else 0
        changes["persistent"] = (size, str(mount["path"])) if mount else None
    return replace(template, **changes)  # type: ignore[arg-type]  # shapes were checked
