"""The rules of the language that no JSON Schema can say: a literal list of functions."""

from collections.abc import Callable, Iterator

from syncata.checks.rules.bulk import bulk_bodies_hold_each_record
from syncata.checks.rules.fields import settings_exist
from syncata.checks.rules.keys import (
    keys_are_of_the_source,
    keys_hide_persons,
    ranks_have_lists_as_keys,
)
from syncata.checks.rules.lookups import (
    finds_name_lookups,
    keyed_lookups_are_no_values,
    keys_are_asked_for,
    lookup_words_have_effect,
)
from syncata.checks.rules.names import (
    clock_needs_volatile,
    functions_known,
    members_known,
    names_known,
    records_only_where_there_is_one,
)
from syncata.checks.rules.observing import (
    listed_things_are_recognized,
    observed_fields_fit_schema,
)
from syncata.checks.rules.parts import current_was_read, parents_have_parts, parts_have_keys
from syncata.checks.rules.probes import checked_scopes_are_needed
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
    searches_say_what_is_meant,
)
from syncata.checks.rules.schedules import schedule_is_possible
from syncata.checks.rules.schema_files import schema_files_exist
from syncata.checks.rules.settings import (
    credentials_are_secret,
    defaults_fit,
    settings_are_possible,
)
from syncata.checks.rules.syncs import (
    absent_is_asked_for_the_same_keys,
    mapped_fields_fit_schema,
    required_fields_are_mapped,
    syncs_join_what_exists,
    taking_away_is_possible,
)
from syncata.checks.rules.tests import tests_can_be_run
from syncata.checks.rules.types import types_fit
from syncata.checks.subject import Subject
from syncata.errors import Finding

Rule = Callable[[Subject], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    names_known,
    members_known,
    records_only_where_there_is_one,
    functions_known,
    settings_exist,
    types_fit,
    parents_have_parts,
    current_was_read,
    lookup_words_have_effect,
    keys_are_asked_for,
    finds_name_lookups,
    keyed_lookups_are_no_values,
    clock_needs_volatile,
    references_name_syncs,
    syncs_without_cycles,
    definitions_without_cycles,
    definitions_have_names_of_their_own,
    definitions_are_values,
    lone_records_keep_their_key,
    keys_are_of_the_source,
    ranks_have_lists_as_keys,
    keys_hide_persons,
    parts_have_keys,
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
    searches_say_what_is_meant,
    checked_scopes_are_needed,
    listed_things_are_recognized,
    observed_fields_fit_schema,
    schema_files_exist,
    settings_are_possible,
    credentials_are_secret,
    defaults_fit,
    schedule_is_possible,
    tests_can_be_run,
)
