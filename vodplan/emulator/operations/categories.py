"""The category tree: GetCategories, AddCategory, UpdateCategory, DeleteCategory."""

from vodplan.emulator.context import JSON, Context, Operation
from vodplan.emulator.errors import invalid, missing, refusal
from vodplan.emulator.params import Params
from vodplan.emulator.records import ROOT
from vodplan.emulator.rows import CategoryRow

from . import shapes

DEPTH = {"default": 3, "material": 2}
MOST_CHILDREN = 100


def _existing(ctx: Context, number: int) -> CategoryRow:
    found = ctx.db.categories().get(number)
    if found is None:
        raise refusal("InvalidCateId.NotFound")
    return found


def _name(ctx: Context, params: Params) -> str:
    return ctx.texts.text("CateName", params.required("CateName"), 64)


def get_categories(ctx: Context, params: Params) -> JSON:
    """One category and a page of its direct children; the root has no `Category` of its own."""
    number = params.integer("CateId", ROOT)
    page, size = params.page()
    order = params.choice("SortBy", ("CreationTime:Desc", "CreationTime:Asc"), "CreationTime:Desc")
    tree = ctx.tree
    kind = params.choice("Type", ("default", "material"), "default")
    out: JSON = {}
    if number != ROOT:
        if (parent := tree.get(number)) is None:
            raise refusal("InvalidCateId.NotFound")
        kind = parent.type
        out["Category"] = shapes.category(parent)
    elif ctx.settings.root_category_shown:
        out["Category"] = {"CateId": ROOT, "CateName": "", "ParentId": ROOT, "Level": -1, "Type": kind}
    counts: dict[int, int] = {}
    for row in tree.values():
        counts[row.parent] = counts.get(row.parent, 0) + 1
    children = [row for row in tree.values() if row.parent == number and row.type == kind]
    children.sort(key=lambda row: (row.created, row.id), reverse=order.endswith("Desc"))
    shown = [
        {**shapes.category(row), "SubTotal": counts.get(row.id, 0)} for row in children[(page - 1) * size : page * size]
    ]
    return {"SubTotal": len(children), **out, "SubCategories": {"Category": shown}}


def add_category(ctx: Context, params: Params) -> JSON:
    """Create a category; calling again creates another of the same name."""
    name = _name(ctx, params)
    kind = params.choice("Type", ("default", "material"), "default")
    number = params.integer("ParentId", ROOT)
    if kind == "material" and number == ROOT:
        raise missing("ParentId")
    with ctx.db.transaction():
        level = 0
        if number != ROOT:
            parent = _existing(ctx, number)
            kind = parent.type
            level = parent.level + 1
        if level >= DEPTH[kind]:
            raise refusal("LevelExceededMax")
        siblings = [row for row in ctx.db.categories().values() if row.parent == number and row.type == kind]
        if len(siblings) >= MOST_CHILDREN:
            raise refusal("SubTotalExceededMax")
        _refuse_duplicate(ctx, name, siblings)
        fresh = (
            max(1_000_000, ctx.db.number("SELECT max(id) FROM categories"), int(ctx.db.meta("last_category") or 0)) + 1
        )
        row = CategoryRow(fresh, name, number, level, kind, int(ctx.now))
        ctx.lag.tree_written(ctx.db.categories(), ctx.now)
        ctx.db.insert("categories", [row])
        ctx.db.set_meta("last_category", str(fresh))
    return {"Category": shapes.category(row)}


def _refuse_duplicate(ctx: Context, name: str, siblings: list[CategoryRow]) -> None:
    if not ctx.settings.duplicate_category_names and any(row.name == name for row in siblings):
        raise invalid("CateName is taken under this parent.")


def update_category(ctx: Context, params: Params) -> JSON:
    """Rename a category; the id stays, and media show the new name."""
    params.required("CateId")
    name = _name(ctx, params)
    with ctx.db.transaction():
        row = _existing(ctx, params.integer("CateId", ROOT))
        siblings = [
            other
            for other in ctx.db.categories().values()
            if other.parent == row.parent and other.type == row.type and other.id != row.id
        ]
        _refuse_duplicate(ctx, name, siblings)
        ctx.lag.tree_written(ctx.db.categories(), ctx.now)
        ctx.db.write("UPDATE categories SET name = ? WHERE id = ?", (name, row.id))
    return {}


def delete_category(ctx: Context, params: Params) -> JSON:
    """Delete a category with its whole subtree; media lose the assignment, nothing is refused."""
    params.required("CateId")
    with ctx.db.transaction():
        doomed = [_existing(ctx, params.integer("CateId", ROOT)).id]
        tree = ctx.db.categories()
        for number in doomed:
            doomed.extend(row.id for row in tree.values() if row.parent == number)
        ctx.lag.tree_written(tree, ctx.now)
        highest = max(*doomed, int(ctx.db.meta("last_category") or 0))
        ctx.db.set_meta("last_category", str(highest))
        for number in doomed:
            ctx.db.write("UPDATE videos SET cate_id = NULL WHERE cate_id = ?", (number,))
            ctx.db.write("UPDATE images SET cate_id = NULL WHERE cate_id = ?", (number,))
            ctx.db.write("DELETE FROM categories WHERE id = ?", (number,))
    return {}


OPERATIONS = (
    Operation(name="GetCategories", run=get_categories, qps=50),
    Operation(name="AddCategory", run=add_category, qps=30, writes=True),
    Operation(name="UpdateCategory", run=update_category, qps=100, writes=True),
    Operation(name="DeleteCategory", run=delete_category, qps=10, writes=True),
)
