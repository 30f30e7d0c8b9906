"""What each task adds to the components: checks of a served model's answers.

One file per task. Imports serving.client and trainer.
"""
