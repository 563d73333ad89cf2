"""A city's network as data: regions, institutions with departments, consortia and typed links.

`load_network` reads and checks the files under `fenji/cities/<city>/network/`; the shapes are in `shape`.
"""

from fenji.cities.shape import (
    Area,
    Attribute,
    Consortium,
    ConsortiumMember,
    Department,
    Function,
    Institution,
    Link,
    Network,
    Region,
    TeamTemplate,
)

__all__ = [
    "Area",
    "Attribute",
    "Consortium",
    "ConsortiumMember",
    "Department",
    "Function",
    "Institution",
    "Link",
    "Network",
    "Region",
    "TeamTemplate",
]
