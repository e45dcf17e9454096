"""What an expression reads, found from its syntax tree without running it."""

from collections.abc import Sequence
from typing import Any

from syncata.expressions.catalogue import FUNCTION_TAKERS, FUNCTIONS, PASSING
from syncata.expressions.findings import Env, Found, Path, Place, allowed_name, literal, plain_start
from syncata.expressions.parser import Node


def analyse(tree: Node) -> Found:
    """Everything a tree reads and calls. Raises Refusal for what is not allowed."""
    walk = Walk()
    walk.use(walk.visit(tree, Place([()], {})))
    return walk.found


class Walk:
    """One walk over a tree; every visit yields the paths the node's value may be (part of)."""

    def __init__(self) -> None:
        self.found = Found()
        self.testing = 0
        self.trail: list[Path] = []
        self.later: list[Env] = []  # names bound by enclosing blocks, for functions that recur

    def visit(self, node: Node, at: Place) -> list[Path]:
        """Visit a node and what is attached to it."""
        method = getattr(self, f"visit_{node.type}", None)
        paths = [] if method is None else method(node, at)
        for item in node.predicate or ():
            self.use(self.visit(item.expr, at.inside(paths)))
        if node.type != "path" and node.group is not None:
            paths = self.group(node.group, at.inside(paths))
        return paths if len(paths) < 2 else list(dict.fromkeys(paths))

    def use(self, paths: Sequence[Path]) -> None:
        """The values at these paths are used as they are."""
        self.found.reads.update(dict.fromkeys(paths))

    def group(self, node: Node, at: Place) -> list[Path]:
        """Keys and values of an object; keys are used, values are part of the result."""
        paths: list[Path] = []
        for key, value in node.lhs_object:
            self.use(self.visit(key, at))
            paths += self.visit(value, at)
        return paths

    def visit_path(self, node: Node, at: Place) -> list[Path]:
        """Steps; each is evaluated within what the step before yields."""
        self.note_plain(node, at)
        here = Place(at.context, dict(at.env), at.own)
        trail = list(at.context)
        for index, step in enumerate(node.steps):
            follower = node.steps[index + 1] if index + 1 < len(node.steps) else None
            paths = self.step(step, follower, here, trail)
            for stage in step.stages or ():
                if stage.type == "filter":
                    self.use(self.visit(stage.expr, here.inside(paths)))
                else:
                    here.env[stage.value] = []
            if index:
                self.touch(here.context, paths)
            trail = trail + paths
            here = here.inside(paths)
            if step.focus:
                here.env[step.focus] = paths
            if step.index:
                here.env[step.index] = []
        if node.group is not None:
            return self.group(node.group, here)
        return here.context

    def step(self, step: Node, follower: Node | None, at: Place, trail: list[Path]) -> list[Path]:
        """One step of a path; `follower` tells which member of a variable is read."""
        self.trail = trail
        if step.type == "sort":
            for term in step.terms:
                self.use(self.visit(term.expression, at.inside(at.context)))
            return at.context
        if step.type == "variable" and self.is_free(step, at):
            plain = not (step.stages or step.predicate or step.group)
            named = follower is not None and follower.type == "name" and plain
            self.note_variable(step, follower.value if named and follower is not None else None)
            for item in step.predicate or ():
                self.use(self.visit(item.expr, at.inside([])))
            return []
        return self.visit(step, at)

    def note_plain(self, node: Node, at: Place) -> None:
        """Remember a path of names that starts at the record itself, up to what is no name."""
        steps = list(node.steps)
        if steps[0].type == "variable" and steps[0].value in {"", "$"}:
            own = steps[0].value == "$" or at.own
            steps = steps[1:] if own and not (steps[0].stages or steps[0].predicate) else []
        elif not at.own:
            return
        path = plain_start(steps)
        if path and self.testing:
            self.found.tested.add(path)
        elif path:
            self.found.needed[path] = None

    def touch(self, paths: Sequence[Path], result: Sequence[Path]) -> None:
        """These values decide how often `result` is evaluated, even if nothing below is read."""
        known = [*self.found.reads, *result]
        for path in paths:
            if not any(read[: len(path)] == path for read in known):
                self.use([path])

    def visit_name(self, node: Node, at: Place) -> list[Path]:
        """A member of the context."""
        return [(*path, node.value) for path in at.context]

    def visit_wildcard(self, node: Node, at: Place) -> list[Path]:
        """Any member (`*`), or anything below (`**`)."""
        return [(*path, node.value) for path in at.context]

    visit_descendant = visit_wildcard

    def visit_parent(self, _: Node, __: Place) -> list[Path]:
        """What holds the context: any path above one we came along."""
        return list({path[:end]: None for path in self.trail for end in range(max(len(path), 1))})

    def is_free(self, node: Node, at: Place) -> bool:
        """Whether a variable is bound outside the expression."""
        return bool(node.value) and node.value != "$" and node.value not in at.env

    def visit_variable(self, node: Node, at: Place) -> list[Path]:
        """`$`, `$$`, a name bound here, or one the scope must have."""
        if node.value == "":
            return at.context
        if node.value == "$":
            return [()]
        if node.value in at.env:
            return at.env[node.value]
        if node.value in FUNCTIONS:
            self.note_call(node.value, (), node.position, local=False)
        else:
            self.note_variable(node, None)
        return []

    def note_variable(self, node: Node, member: str | None) -> None:
        """A free variable, used whole (None) or by a member."""
        allowed_name(node.value, node.position)
        known = self.found.variables.setdefault(node.value, set())
        self.found.variable_offsets.setdefault(node.value, node.position)
        if member is None or known is None:
            self.found.variables[node.value] = None
        else:
            known.add(member)

    def visit_unary(self, node: Node, at: Place) -> list[Path]:
        """An object, an array, or a minus."""
        if node.value == "{":
            return self.group(node, at)
        if node.value == "[":
            return [path for item in node.expressions for path in self.visit(item, at)]
        self.use(self.visit(node.expression, at))
        return []

    def visit_binary(self, node: Node, at: Place) -> list[Path]:
        """Operators use both sides."""
        self.use(self.visit(node.lhs, at))
        self.use(self.visit(node.rhs, at))
        return []

    def visit_condition(self, node: Node, at: Place) -> list[Path]:
        """`?:`; the left side of `??` and of the default operator is tested, not needed."""
        synthetic = getattr(node, "synthetic", False)
        self.testing += synthetic
        self.use(self.visit(node.condition, at))
        paths = [] if node.then is None else self.visit(node.then, at)
        self.testing -= synthetic
        return paths if node._else is None else paths + self.visit(node._else, at)  # noqa: SLF001

    def visit_block(self, node: Node, at: Place) -> list[Path]:
        """Expressions in a scope of their own; the last one is the value."""
        inner = at.scoped()
        self.later.append({e.lhs.value: [] for e in node.expressions if e.type == "bind"})
        paths: list[Path] = []
        for expression in node.expressions:
            paths = self.visit(expression, inner)
            if expression.type != "bind" and expression is not node.expressions[-1]:
                self.use(paths)
        self.later.pop()
        return paths

    def visit_bind(self, node: Node, at: Place) -> list[Path]:
        """`$name := value`."""
        allowed_name(node.lhs.value, node.lhs.position)
        if node.rhs.type == "lambda":
            at.env.setdefault(node.lhs.value, [])  # it may call itself
        paths = at.env[node.lhs.value] = self.visit(node.rhs, at)
        return paths

    def visit_lambda(self, node: Node, at: Place, parameters: Env | None = None) -> list[Path]:
        """A function; names in its body are those of the place it is written in."""
        names: Env = {}
        for block in self.later:
            names |= {name: paths for name, paths in block.items() if name not in at.env}
        for parameter in node.arguments:
            allowed_name(parameter.value, parameter.position)
            names[parameter.value] = (parameters or {}).get(parameter.value, [])
        inner = at.scoped(names)
        inner.own = at.own and node.thunk
        paths = self.visit(node.body, inner)
        if parameters is None:
            self.use(paths)
            return []
        return paths

    def visit_transform(self, node: Node, at: Place) -> list[Path]:
        """`|…|…|`: it copies all of what it is applied to."""
        self.use([()])
        for part in (node.pattern, node.update, node.delete):
            if part is not None:
                self.use(self.visit(part, at.inside([("**",)])))
        return [()]

    def visit_function(self, node: Node, at: Place) -> list[Path]:
        """A call."""
        return self.call(node, at, None)

    visit_partial = visit_function

    def visit_apply(self, node: Node, at: Place) -> list[Path]:
        """`value ~> $function`."""
        if node.rhs.type in {"function", "partial"}:
            return self.call(node.rhs, at, node.lhs)
        self.use(self.visit(node.lhs, at))
        self.use(self.visit(node.rhs, at))
        return []

    def call(self, node: Node, at: Place, first: Node | None) -> list[Path]:
        """A call of a function, by name or computed; `first` comes from `~>`."""
        given = list(node.arguments or ())
        arguments = given if first is None else [first, *given]
        name = node.procedure.value if node.procedure.type == "variable" else ""
        if not name:
            self.use(self.visit(node.procedure, at))
        elif not getattr(node, "synthetic", False):
            local = name in at.env or any(name in block for block in self.later)
            literals = tuple(literal(argument) for argument in arguments)
            self.note_call(name, literals, node.procedure.position, local=local)
        self.testing += name == "exists"
        paths = self.arguments(name, arguments, at)
        self.testing -= name == "exists"
        return self.result(name, arguments, paths, at)

    def note_call(self, name: str, values: tuple[Any, ...], offset: int, *, local: bool) -> None:
        """Remember a call by name."""
        allowed_name(name, offset)
        self.found.calls.append((name, values, offset, local))

    def arguments(self, name: str, nodes: list[Node], at: Place) -> list[list[Path]]:
        """The paths of each argument; a written function sees the items of the first one."""
        found: list[list[Path]] = []
        for node in nodes:
            if node.type == "lambda" and not node.thunk and name in FUNCTION_TAKERS:
                domain = found[0] if found else at.context
                if name in {"each", "sift"}:
                    domain = [(*path, "*") for path in domain]
                names = [parameter.value for parameter in node.arguments]
                every = name in {"sort", "reduce"}
                seen = {n: domain for i, n in enumerate(names) if i in {0, 2} or every}
                found.append(self.visit_lambda(node, at, seen))
            elif node.type == "operator":
                found.append([])  # the ? of a partial application
            else:
                found.append(self.visit(node, at))
        return found

    def result(
        self, name: str, nodes: list[Node], paths: list[list[Path]], at: Place
    ) -> list[Path]:
        """What the call's value may be part of; arguments that end in it are used."""
        every = [path for group in paths for path in group]
        if name == "lookup" and len(nodes) == 2:
            self.use(paths[1])
            key = nodes[1].value if nodes[1].type == "string" else "*"
            return [(*path, key) for path in paths[0]]
        if not nodes and name not in {"now", "millis", "random", "rank"}:
            every = list(at.context)  # the context is the argument
        written = any(node.type == "lambda" for node in nodes)
        if name in {"map", "each"} and written:
            self.touch([path for group in paths[:-1] for path in group], paths[-1])
            return paths[-1]
        if name in PASSING and (written or name not in FUNCTION_TAKERS):
            return every
        self.use(every)
        return []
