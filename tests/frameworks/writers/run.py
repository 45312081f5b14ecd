"""Runs writers, all in this one process since to import torch takes seconds: FOLDER NAME...

Each writes into the folder of its own name below the one named first.
"""

import importlib.util
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def writer(name):
    spec = importlib.util.spec_from_file_location(
        f"writer_{name}", os.path.join(HERE, f"{name}.py")
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a class that is pickled is looked up there
    spec.loader.exec_module(module)
    return module


def main(out, *names):
    for name in names:
        folder = os.path.join(out, name)
        os.makedirs(folder)
        begun = time.process_time()
        writer(name).write(folder)
        print(f"{name}: {time.process_time() - begun:.1f} s of CPU")


if __name__ == "__main__":
    main(*sys.argv[1:])
