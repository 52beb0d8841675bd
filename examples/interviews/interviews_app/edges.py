"""Where requests and jobs enter the product: here, and only here, it is said whom their model calls are for."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import uuid4

from tollbook_producers import usage_context


@dataclass(frozen=True, slots=True)
class Project:
    """A customer's project, and the user who is at work in it."""

    workspace_id: str
    project_id: str
    end_user_id: str


def session_edge(
    project: Project, template_id: str, collection_id: str, session_id: str
) -> AbstractContextManager[None]:
    """A request about one interview."""
    return _edge(project, template_id, collection_id, session_id=session_id)


def template_edge(project: Project, template_id: str | None = None) -> AbstractContextManager[None]:
    """A request about one template, or for a new one."""
    return _edge(project, template_id)


def refresh_edge(
    project: Project, template_id: str | None = None, collection_id: str | None = None
) -> AbstractContextManager[None]:
    """A job that makes analytics anew: all of its calls share an operation id."""
    return _edge(project, template_id, collection_id, operation_id=str(uuid4()))


def _edge(
    project: Project,
    template_id: str | None,
    collection_id: str | None = None,
    session_id: str | None = None,
    operation_id: str | None = None,
) -> AbstractContextManager[None]:
    return usage_context(
        workspace_id=project.workspace_id,
        project_id=project.project_id,
        end_user_id=project.end_user_id,
        template_id=template_id,
        collection_id=collection_id,
        session_id=session_id,
        operation_id=operation_id,
    )
