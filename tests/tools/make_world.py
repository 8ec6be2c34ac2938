"""Fill an initialised data folder with the world of inspection's tests: make_world.py DATA [HAZARDS]; prints a JSON line.

A process of its own, because a browser journey runs against a real server with its own database.
"""

import json
import os
import sys
from pathlib import Path


def main() -> None:
    os.environ["ANLAN_DATA"] = sys.argv[1]
    os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.config.settings"
    root = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(root / "src"), str(root / "tests")]
    import django

    django.setup()
    from inspection.factories import make_world

    world = make_world()
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 0):
        world.found()
    print(
        json.dumps(
            {
                "users": {role: account.username for role, account in world.county.account.items()},
                "people": world.county.person,
                "password": world.county.password,
                "enterprise": world.enterprise,
                "other_enterprise": world.other_enterprise,
            }
        )
    )


if __name__ == "__main__":
    main()
