"""What each task adds to the pipeline, by the task's name in `trainer.tasks`.

One file per task. Imports components.metrics and trainer.
"""

from pipeline.tasks.boxes import BOXES
from pipeline.tasks.classes import CLASSES
from pipeline.tasks.masks import MASKS
from pipeline.tasks.task import TaskPipeline

TASKS: dict[str, TaskPipeline] = {"boxes": BOXES, "classes": CLASSES, "masks": MASKS}
