"""How a command that imports a sheet ends: everything is kept, or nothing and every bad line is named."""

import click

from feedback_app.kit.db import db
from feedback_app.kit.sheets import ImportReport


def conclude(report: ImportReport, *, dry_run: bool) -> None:
    """Commit what was imported and say how much, or fail naming every rejected line. A dry run keeps nothing."""
    if report.rejected:
        for where, reason in report.rejected:
            click.echo(f"{where}: {reason}", err=True)
        raise click.ClickException(
            f"Có {len(report.rejected)} chỗ chưa đúng, chưa nhập gì. Hãy sửa rồi nhập lại cả tệp."
        )
    if dry_run:
        db.session.rollback()
    else:
        db.session.commit()
    click.echo(
        f"{'Sẽ thêm' if dry_run else 'Đã thêm'} {report.added}, sửa {report.changed}, "
        f"giữ nguyên {report.unchanged} dòng."
    )
