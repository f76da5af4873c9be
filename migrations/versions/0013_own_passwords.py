"""Who got a password from somebody else has to change it first; so do those who never changed theirs until now."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "staff_members",
        sa.Column("password_set_by_other", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.alter_column("staff_members", "password_set_by_other", server_default=None)
    op.execute(
        """
        UPDATE staff_members AS member SET password_set_by_other = true
        WHERE (
            SELECT event.actor_id <> member.id FROM audit_events AS event
            WHERE event.subject = 'staff:' || member.id
                AND event.action IN ('staff.added', 'staff.password_reset', 'staff.password_changed')
            ORDER BY event.id DESC LIMIT 1
        )
        """
    )


def downgrade() -> None:
    op.drop_column("staff_members", "password_set_by_other")
