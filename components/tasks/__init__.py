"""What each task adds to the components, by the task's name in `trainer.tasks`.

Each task has a file, and next to it one for its checks of served answers and one for its served
baseline. Imports components.metrics, components.report, serving.client and trainer.
"""

from components.tasks.boxes import BOXES
from components.tasks.classes import CLASSES
from components.tasks.masks import MASKS
from components.tasks.task import TaskComponents

TASKS: dict[str, TaskComponents] = {"boxes": BOXES, "classes": CLASSES, "masks": MASKS}
