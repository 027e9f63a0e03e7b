"""The planner: a whole query document becomes one SQL statement whose JSON is the answer.

Stages, one file each, each taking what the one before it made::

    collect    which fields a selection comes to         graphql-core's own rules
    resolve    where each of them comes from             selection.Outline, or Unplannable
    emit       the statement, for these arguments        plans.Plan
    splice     computed values put into its JSON         bytes of the answer

``docs/planner.md`` walks a document through them.
"""
