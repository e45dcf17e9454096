"""The rules of the language that no JSON Schema can say: a literal list of functions."""

from collections.abc import Callable, Iterator

from syncata.checks.rules.bulk import bulk_bodies_hold_each_record
from syncata.checks.rules.names import (
    clock_needs_volatile,
    fields_exist,
    functions_known,
    members_known,
    names_known,
    records_only_where_there_is_one,
)
from syncata.checks.rules.references import (
    definitions_are_values,
    definitions_have_names_of_their_own,
    definitions_without_cycles,
    lone_records_keep_their_key,
    references_name_syncs,
    syncs_without_cycles,
)
from syncata.checks.rules.resources import (
    archived_things_come_back,
    batches_fit,
    conflicts_find,
    creates_are_not_doubled,
    partial_updates_say_what_is_omitted,
    resources_can_be_written,
)
from syncata.checks.rules.schedules import schedule_is_possible
from syncata.checks.rules.schema_files import schema_files_exist
from syncata.checks.rules.settings import defaults_fit, settings_are_possible
from syncata.checks.rules.syncs import (
    absent_is_asked_for_the_same_keys,
    mapped_fields_fit_schema,
    required_fields_are_mapped,
    syncs_join_what_exists,
    taking_away_is_possible,
)
from syncata.checks.subject import Subject
from syncata.errors import Finding

Rule = Callable[[Subject], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    names_known,
    members_known,
    records_only_where_there_is_one,
    functions_known,
    fields_exist,
    clock_needs_volatile,
    references_name_syncs,
    syncs_without_cycles,
    definitions_without_cycles,
    definitions_have_names_of_their_own,
    definitions_are_values,
    lone_records_keep_their_key,
    syncs_join_what_exists,
    required_fields_are_mapped,
    mapped_fields_fit_schema,
    taking_away_is_possible,
    absent_is_asked_for_the_same_keys,
    resources_can_be_written,
    partial_updates_say_what_is_omitted,
    creates_are_not_doubled,
    archived_things_come_back,
    batches_fit,
    bulk_bodies_hold_each_record,
    conflicts_find,
    schema_files_exist,
    settings_are_possible,
    defaults_fit,
    schedule_is_possible,
)
