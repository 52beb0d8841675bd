"""What the commands about tenants can refuse. Every message says what to do."""

from tollbook_schemas.errors import TollbookError


class TenantError(TollbookError):
    """A role cannot be made a tenant, or is none."""


class RoleRightsError(TenantError):
    """Whoever asks may not make roles on this server."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"making roles is for the server's administrator, who runs CREATE ROLE {role} LOGIN; GRANT tollbook_tenant "
            f"TO {role}; then add it again"
        )
