"""The stable codes of what can be wrong with a manifest (VP1xx) and with the project file (VP2xx)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What a code means: a constant summary, and one or two sentences of why it is an error and what helps."""

    summary: str
    explanation: str


_FILES = {
    "VP101": ("File cannot be read", "The file is missing, may not be read, or is not a regular file."),
    "VP102": (
        "Path leaves its folder",
        "A link points outside the folders that were named, so what it shows is not part of the reviewed repository.",
    ),
    "VP103": ("No manifests", "A folder that was named holds no .yaml or .yml file, so there is nothing to plan from."),
    "VP104": ("Unknown field", "The key means nothing here; a misspelt key would otherwise be silently ignored."),
    "VP105": ("File too large", "A manifest is at most 64 MiB. Split it."),
    "VP106": ("Not UTF-8", "Manifests are UTF-8 text. Convert the file."),
    "VP107": (
        "Character not allowed",
        "The file holds a control character or an invisible line separator, which YAML does not allow.",
    ),
    "VP108": ("Not valid YAML", "The text does not follow the syntax of YAML."),
    "VP109": ("Tab in the indentation", "YAML is indented with blanks only."),
    "VP110": ("Quote without an end", "A quoted text begins and its closing quote is missing."),
    "VP111": ("More than one document", "A manifest is one YAML document."),
    "VP112": ("Nested too deeply", "Nothing in a manifest is nested more than a few levels deep."),
    "VP113": ("Alias cannot be used", "An alias names no anchor, contains itself, or stands for too much."),
    "VP114": ("Tag not allowed", "Manifests are plain data; only the tags of YAML's core schema are read."),
    "VP115": ("Merge key", "Merge keys are not part of YAML 1.2; `defaults:` or repeating the fields does the same."),
    "VP116": ("Key written twice", "Only one of the two values could count, and it would not be plain which."),
    "VP117": ("Key is not a name", "A key is a plain name, not a list, a mapping or an alias."),
    "VP118": ("Not a manifest", "A manifest is a mapping that begins with `apiVersion: vodplan/v1`."),
    "VP119": ("Wrong apiVersion", "The file must say which version of the format it is written in."),
}

_VALUES = {
    "VP120": ("Wrong type", "The value is of another type than the field takes."),
    "VP121": ("Number or truth value where text is wanted", "Quotes make it text, exactly as written."),
    "VP122": ("Value not allowed", "The field takes one of a fixed set of values."),
    "VP123": ("Key missing", "The entry or the block lacks a key that it cannot do without."),
    "VP124": ("Text too long", "The service counts UTF-8 bytes, not characters."),
    "VP125": ("Emoji not allowed", "The service refuses emoji in the texts and tags of images and attached media."),
    "VP126": ("Control character in a text", "Only tab and line ends may stand in texts."),
    "VP127": ("Too many tags or categories", "The service keeps at most 16 tags, or 5 categories of attached media."),
    "VP128": ("Bad tag", "A tag is empty or has a comma; the service separates tags by commas."),
    "VP129": ("Tag both added and removed", "The order of the two would decide, so neither is done."),
    "VP130": ("Bad id", "An id or a reference has characters, or a length, that the service never gives out."),
    "VP131": ("Bad address", "A web address begins with http:// or https:// and has no blanks."),
    "VP132": ("Bad category path", "A path is one to three names of at most 64 bytes, separated by slashes."),
    "VP133": ("Bad date", "A date is written YYYY-MM-DD and exists in the calendar."),
    "VP134": ("Cannot be cleared with null", "The service keeps this field for every asset."),
    "VP135": ("Written twice in a list", "A list here names each thing once."),
    "VP136": ("Empty where something is needed", "An empty list here would mean everything or nothing."),
    "VP137": ("Too many values", "An entry, or the top of the file, holds far more than any manifest needs."),
    "VP138": (
        "Unusable cover file",
        "A cover's file lies in the project's folder and is a picture of a type and size that the service takes.",
    ),
}

_ENTRIES = {
    "VP140": ("Which asset is not plain", "An entry names its asset in exactly one way."),
    "VP141": ("Fields beside state: absent", "An entry either describes an asset or deletes it."),
    "VP142": ("Only for deletions", "The key says something about a deletion, and the entry deletes nothing."),
    "VP143": ("Can only be deleted", "The service cannot change what is named this way."),
    "VP144": ("Same asset in two entries", "Two entries could disagree about one asset."),
    "VP145": ("Same category in two entries", "Two entries could disagree about one category."),
    "VP146": ("Rename that cannot be done", "The service renames a category in place; it cannot move one."),
    "VP148": ("Nothing is asked for", "All manifests together have no entry; that is never taken for a plan."),
    "VP149": ("Entry asks for nothing", "The entry sets no field and deletes nothing."),
    "VP150": ("Required field missing", "The policy in the project file wants the field in every entry of the kind."),
    "VP151": ("Tag outside the vocabulary", "The policy in the project file has a closed list of tags."),
    "VP152": ("Bad name of a rule", "The name stands in plans, in guards and in the history of runs."),
    "VP153": ("Bad condition of a selector", "What a rule finds is to be plain from what it says."),
    "VP154": ("Same name for two rules", "A rule is known by its name, in plans and from run to run."),
    "VP199": ("More findings", "Not all findings of a file are shown."),
}

_SHEETS = {
    "VP160": ("Sheet cannot be read", "It is neither CSV in UTF-8 nor a workbook (.xlsx), or it is damaged."),
    "VP161": ("Unknown column", "A misspelt column would otherwise be silently ignored."),
    "VP162": ("Column missing, or there twice", "Rows are known by kind and id; each column can count only once."),
    "VP163": ("Row names no asset", "The kind or the id is not one; spreadsheets make numbers of ids."),
    "VP164": ("Same asset in two rows", "Two rows could disagree about one asset."),
    "VP165": ("Formula in a cell", "What it gives depends on where it is computed, so only values are taken."),
    "VP166": ("Row of another asset", "What was exported with the row is about another asset than it names now."),
    "VP167": ("Cell cannot be used", "The column takes something else than stands here."),
    "VP168": ("Manifest cannot be edited", "The entry shares what would have to change, or its file is read-only."),
}

_PROJECT = {
    "VP201": ("Project file cannot be read", "The file is missing, may not be read, or is not a regular file."),
    "VP202": ("Project file is not valid YAML", "The text does not follow the syntax of YAML, or of what is allowed."),
    "VP203": ("Unknown setting", "The key means nothing here; a misspelt setting would otherwise be ignored."),
    "VP204": ("Wrong value for a setting", "The value is of another type, or outside what the setting takes."),
    "VP205": ("Secret in the project file", "The project file is shared in git. Secrets come from the environment."),
    "VP206": ("Unknown default target", "`default_target` names no target of the file."),
    "VP207": ("Target is not plain", "A target has settings that contradict each other, or lacks its region."),
    "VP208": ("Wrong apiVersion", "The file must say which version of the format it is written in."),
}

CODES: Mapping[str, CodeInfo] = MappingProxyType(
    {
        code: CodeInfo(*texts)
        for group in (_FILES, _VALUES, _ENTRIES, _SHEETS, _PROJECT)
        for code, texts in group.items()
    }
)
"""Code → what it means. Every code has a section in docs/errors.md."""
