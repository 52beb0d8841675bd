"""`tollbook tenants`."""

from typing import Annotated, Any

import typer
from rich.table import Table

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.tenancy.mapping import add_tenant, list_tenants, open_tenants, remove_tenant

Role = Annotated[str, typer.Argument(help="The database role that the tenant logs in as.")]
Why = Annotated[str, typer.Option(help="The reason, kept with your role and the time for ever.", metavar="REASON")]


def command() -> None:
    """Say which database role sees which workspace, and nothing else.

    A tenant's login reads the ledger, the totals and every question (get_project_usage ...) by itself, held to its own
    workspace by row-level security. It sees the `sell` book and its own contracts, never what usage costs you.

    Example: tollbook tenants add acme --workspace ws_acme --why "asked for direct access"
    """


def add(
    role: Role,
    *,
    workspace: Annotated[str, typer.Option(help="The workspace whose rows it sees.")],
    why: Why,
) -> None:
    """Make a role the tenant of a workspace. A role that is missing is made, without a password, where you may.

    Exit code 1: the role sees every workspace for another reason, is a tenant already, or you may not do this. Needs
    the owner of the tables or a member of tollbook_admin; making roles needs the server's administrator.

    Example: tollbook tenants add acme --workspace ws_acme --why "asked for direct access"
    """
    with open_tenants(resolve_settings("owner").postgres) as connection:
        made = add_tenant(connection, role, workspace, _reason(why))
    rest = "; the role is new: give it a password" if made else ""
    console.print(f"{role} sees {workspace} from now on{rest}", markup=False, soft_wrap=True)


def remove(role: Role, *, why: Why) -> None:
    """Take a tenant's sight away at once, in open sessions too. The role itself stays.

    Exit code 1: it is no tenant, or you may not do this.

    Example: tollbook tenants remove acme --why "the contract ended"
    """
    with open_tenants(resolve_settings("owner").postgres) as connection:
        workspace = remove_tenant(connection, role, _reason(why))
    console.print(f"{role} sees {workspace} no longer", markup=False, soft_wrap=True)


def list_all(
    *, json: Annotated[bool, typer.Option("--json", help="Print an array of objects, one a tenant.")] = False
) -> None:
    """Show the tenants, and those that are not held any more.

    By example: [{"role": "acme", "workspace": "ws_acme", "created_at": "2026-03-01T12:00:00+00:00",
    "created_by": "tollbook_owner", "exists": true, "can_log_in": true, "sees_all_through": null}]

    Exit code 1: a tenant has been given a role through which it sees every workspace.

    Example: tollbook tenants list
    """
    with open_tenants(resolve_settings("owner").postgres) as connection:
        tenants = list_tenants(connection)
    if json:
        console.print_json(data=[{**entry, "created_at": entry["created_at"].isoformat()} for entry in tenants])
    else:
        console.print(_table(tenants) if tenants else "no role is a tenant")
    if any(entry["sees_all_through"] for entry in tenants):
        raise typer.Exit(1)


def _table(tenants: list[dict[str, Any]]) -> Table:
    table = Table("role", "workspace", "since", "by", "state")
    for entry in tenants:
        since = f"{entry['created_at']:%Y-%m-%d %H:%M}"
        table.add_row(entry["role"], entry["workspace"], since, entry["created_by"], _state(entry))
    return table


def _state(entry: dict[str, Any]) -> str:
    if entry["sees_all_through"]:
        return f"sees every workspace, through {entry['sees_all_through']}"
    if not entry["exists"]:
        return "the role is gone"
    return "held" if entry["can_log_in"] else "held, cannot log in"


def _reason(why: str) -> str:
    if not why.strip():
        raise typer.BadParameter("--why: say why, in words that someone can read in a year")
    return why.strip()


subcommands = typer.Typer(callback=command, no_args_is_help=True, rich_markup_mode="rich")
subcommands.command("add")(add)
subcommands.command("remove")(remove)
subcommands.command("list")(list_all)
