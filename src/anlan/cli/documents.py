"""`anlan documents list|export-templates|check`: the kinds of document, and templates that the office edits itself."""

from __future__ import annotations

from pathlib import Path

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, say


@click.group("documents", help=help_of("documents"))
def documents_command() -> None:
    """Commands about documents."""


@command("list", group=documents_command)
def documents_list() -> Answer:
    """Every kind of document, and whether the office laid its own template over ours."""
    boot.django()
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.documents.render import own_file

    kinds = sorted(CATALOGUE.documents.values(), key=lambda t: (t.order, t.id))
    rows = [{"id": t.id, "label": t.label, "word": t.word, "own": own_file(t).is_file()} for t in kinds]
    lines = [say("documents.own" if row["own"] else "documents.ours", **row) for row in rows]
    return Answer({"ok": True, "documents": rows}, "\n".join(lines))


@command("export-templates", group=documents_command)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def documents_export_templates(folder: Path) -> Answer:
    """Write the templates in force into a folder, to be edited and laid into <data>/templates; nothing is overwritten."""
    boot.django()
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.documents.render import template_bytes

    folder.mkdir(parents=True, exist_ok=True)
    written, kept = [], []
    for template in CATALOGUE.documents.values():
        target = folder / f"{template.id}.docx"
        if target.exists():
            kept.append(target.name)
            continue
        target.write_bytes(template_bytes(template))
        written.append(target.name)
    facts = {"folder": str(folder), "count": len(written), "kept": len(kept)}
    return Answer(
        {"ok": True, "folder": str(folder), "written": written, "kept": kept}, say("documents.exported", **facts)
    )


@command("check", group=documents_command)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--template", "template_id", help=help_of("documents_template"))
def documents_check(file: Path, template_id: str | None) -> Answer:
    """Name every field of an edited template that does not exist; exit 1 where there is one."""
    boot.django()
    from anlan.platform.documents.queries import template_get
    from anlan.platform.documents.render import known_fields, unknown_fields

    template = template_get(template_id or file.stem)
    unknown = unknown_fields(template, file.read_bytes())
    data = {"ok": not unknown, "template": template.id, "unknown": unknown, "fields": sorted(known_fields(template))}
    if not unknown:
        return Answer(data, say("documents.good", label=template.label))
    text = say("documents.unknown", label=template.label, unknown="、".join(unknown), fields="、".join(data["fields"]))
    return Answer(data, text, ok=False)
