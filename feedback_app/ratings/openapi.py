"""The description of the read API for programs (OpenAPI 3.1), and the limits that both sides keep. Pure.

A test sends what this allows and what it forbids, and checks every answer against it.
"""

from typing import Any, Final

from feedback_app.ratings.figures import MEASURE, SCHEME
from feedback_app.ratings.periods import MONTHS, Kind

HISTORY_KINDS: Final[tuple[Kind, ...]] = tuple(MONTHS)
MOST_HISTORY: Final = 60
CHANNEL_NAMES: Final = ("kiosk", "qr", "web", "paper", "scan")

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_MAYBE_COUNT: Final[Schema] = {"type": ["integer", "null"], "minimum": 0}
_MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
_DAY: Final[Schema] = {"type": "string", "format": "date"}
_ZONE: Final[Schema] = {"const": "Asia/Ho_Chi_Minh", "description": "Múi giờ của mọi ngày và giờ."}
_PERCENT: Final[Schema] = {
    "type": ["string", "null"],
    "pattern": r"^[0-9]{1,3}\.[0-9]$",
    "description": "Phần trăm, làm tròn đúng như trên trang (nửa thì lên; chỉ ghi 100.0 khi đúng là tất cả).",
}
_SCHEME: Final[Schema] = {"type": "string", "description": f"Cách tính và phiên bản, thí dụ {SCHEME}."}
_PROVISIONAL: Final[Schema] = {"type": "boolean", "description": "Kỳ chưa công bố: số liệu còn thay đổi."}
_CODE: Final[Schema] = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_PERIOD_CODE: Final[Schema] = {
    "type": "string",
    # As in periods.parse: years of four figures that begin with 1 or 2.
    "pattern": "^[12][0-9]{3}(-(Q[1-4]|H[12]|9M|(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?))?$",
    "examples": ["2026-Q3", "2026-10", "2026-H1", "2026-9M", "2026"],
}


def _object(**properties: Schema) -> Schema:
    """An object that has all of these and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_CHANNELS: Final[Schema] = {
    "type": "object",
    "properties": dict.fromkeys(CHANNEL_NAMES, {"type": "integer", "minimum": 1}),
    "additionalProperties": False,
    "description": "Số phiếu theo kênh; cộng lại bằng tổng số phiếu. Kênh không có phiếu thì không ghi.",
}

_NAMED: Final = {"code": _CODE, "name": _TEXT, "name_en": _MAYBE_TEXT}

_SCHEMAS: Final[dict[str, Schema]] = {
    "Problem": {
        "type": "object",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"field": _TEXT, "message": _TEXT},
                    "required": ["field", "message"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["type", "title", "status", "errors"],
        "additionalProperties": False,
    },
    "Period": _object(
        code=_PERIOD_CODE,
        kind={"enum": ["day", *HISTORY_KINDS]},
        first_day=_DAY,
        last_day={**_DAY, "description": "Ngày cuối cùng còn thuộc kỳ."},
        counted_from={
            **_maybe(_DAY),
            "description": "Ngày bắt đầu đếm, khi ngày ấy ở giữa kỳ: số liệu chỉ là của một phần kỳ. null: kỳ được "
            "đếm từ đầu.",
        },
    ),
    "Publication": _object(
        number={"type": "integer", "minimum": 1, "description": "Lần công bố; từ 2 trở đi là đính chính."},
        hash={**_MAYBE_TEXT, "description": "Mã băm trong chuỗi công bố; xem /ket-qua/cong-bo."},
        published_at={"type": "string", "format": "date-time"},
        reason={**_MAYBE_TEXT, "description": "Lý do đính chính."},
        scheme=_SCHEME,
        minimum={**_COUNT, "description": "Dưới số phiếu này thì không nêu tỷ lệ."},
    ),
    "Department": _object(**_NAMED),
    "Figure": _object(
        measure={"const": MEASURE, "description": "Tỷ lệ hài lòng = phiếu hài lòng ÷ phiếu có đánh giá chung."},
        state={
            "enum": ["shown", "too_few", "withheld", "no_data"],
            "description": "shown: nêu đủ; too_few: chưa đủ phiếu; withheld: không nêu, để bảo vệ người trả lời; "
            "no_data: chưa có phiếu. Khác shown thì mọi số nói người dân trả lời gì đều là null.",
        },
        responses={**_COUNT, "description": "Tổng số phiếu."},
        n={**_COUNT, "description": "Phiếu có đánh giá chung; luôn nêu."},
        numerator={**_MAYBE_COUNT, "description": "Tử số: phiếu hài lòng."},
        denominator={**_MAYBE_COUNT, "description": "Mẫu số: phiếu có đánh giá chung được cộng vào tỷ lệ."},
        neutral={**_MAYBE_COUNT, "description": "Phiếu bình thường; vẫn nằm trong mẫu số."},
        not_satisfied=_MAYBE_COUNT,
        withheld={**_COUNT, "description": "Phiếu không nêu nội dung, để bảo vệ người trả lời."},
        percent=_PERCENT,
        interval=_maybe(_object(method={"const": "wilson"}, level={"const": "0.95"}, low=_PERCENT, high=_PERCENT)),
    ),
    "Rating": _object(
        department={**_maybe(_of("Department")), "description": "null: tất cả cơ quan, đơn vị cộng lại."},
        figure=_of("Figure"),
        change={
            **_maybe(
                _object(
                    points=_TEXT,
                    low=_TEXT,
                    high=_TEXT,
                    clear={"type": "boolean"},
                    reworded={"type": "boolean"},
                    part={"type": "boolean"},
                )
            ),
            "description": "Thay đổi so với kỳ trước, điểm phần trăm; reworded: hai kỳ dùng mẫu phiếu khác nhau; part: "
            "một trong hai kỳ chỉ được đếm một phần; clear: khác rõ (p < 0,05), không bao giờ khi reworded hay part.",
        },
        channels=_CHANNELS,
        partial=_COUNT,
        assisted=_COUNT,
        rapid={**_COUNT, "description": "Lần chạm lặp quá nhanh, không tính."},
    ),
    "Question": _object(
        key=_TEXT,
        kind=_TEXT,
        text=_TEXT,
        text_en=_MAYBE_TEXT,
        base=_COUNT,
        choices=_list(_object(key=_TEXT, text=_TEXT, text_en=_MAYBE_TEXT, count=_COUNT, percent=_PERCENT)),
    ),
}

_ABOUT: Final = {
    "time_zone": _ZONE,
    "period": _of("Period"),
    "scheme": _SCHEME,
    "provisional": _PROVISIONAL,
    "publication": _maybe(_of("Publication")),
}


def _argument(name: str, schema: Schema, description: str, *, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": description}


def _place(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


_NARROWED: Final = (
    _argument("department", _CODE, "Mã cơ quan, đơn vị."),
    _argument("channel", {"enum": list(CHANNEL_NAMES)}, "Chỉ một kênh trả lời."),
    _argument("questionnaire", {"type": "string", "minLength": 1}, "Chỉ một mẫu phiếu, theo mã."),
)


def _read(summary: str, answer: Schema, *parameters: Schema) -> Schema:
    """One address that is read by GET."""
    refusals = {
        "404": "Không có cơ quan, đơn vị, kỳ hoặc mẫu phiếu này.",
        "422": "Tham số thiếu, lạ, lặp lại hoặc không đúng dạng.",
        "429": "Gửi quá nhanh.",
    }
    return {
        "get": {
            "summary": summary,
            "parameters": list(parameters),
            "responses": {
                "200": {
                    "description": summary,
                    "headers": {"ETag": {"schema": _TEXT}, "Cache-Control": {"schema": _TEXT}},
                    "content": {"application/json": {"schema": answer}},
                },
                "304": {"description": "Không có gì mới từ lần đọc có thẻ ETag ấy."},
                **{
                    status: {
                        "description": words,
                        "content": {"application/problem+json": {"schema": _of("Problem")}},
                    }
                    for status, words in refusals.items()
                },
            },
        }
    }


DESCRIPTION: Final[Schema] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Kết quả khảo sát mức độ hài lòng",
        "version": "1",
        "description": "Chỉ đọc, không cần khóa. Cùng một nguồn với các trang công khai; số không hiện trên trang thì "
        "ở đây là null. Cách tính: /phuong-phap; nghĩa từng cột của dữ liệu mở: /du-lieu-mo/tu-dien.",
    },
    "servers": [{"url": "/api/v1"}],
    "paths": {
        "/openapi.json": _read("Tài liệu này.", {"type": "object"}),
        "/departments": _read(
            "Mọi cơ quan, đơn vị, theo tên sau cùng.",
            _object(
                departments=_list(
                    _object(
                        **_NAMED,
                        kind=_TEXT,
                        parent=_maybe(_CODE),
                        opened_on=_DAY,
                        closed_on={**_maybe(_DAY), "description": "Ngày đầu tiên không còn."},
                    )
                )
            ),
        ),
        "/periods": _read(
            "Các kỳ đã công bố, kỳ mới nhất trước.",
            _object(
                time_zone=_ZONE,
                periods=_list(
                    _object(**_SCHEMAS["Period"]["properties"], publication=_of("Publication")),
                ),
            ),
        ),
        "/ratings": _read(
            "Kết quả của một kỳ theo cơ quan, đơn vị.",
            _object(
                **_ABOUT,
                before={**_TEXT, "description": "Kỳ trước, để so sánh."},
                minimum=_COUNT,
                ratings=_list(_of("Rating")),
                together=_of("Rating"),
            ),
            _argument("period", _PERIOD_CODE, "Kỳ.", required=True),
            *_NARROWED,
        ),
        "/ratings/history": _read(
            "Các kỳ gần nhất cùng loại, kỳ cũ nhất trước.",
            _object(
                time_zone=_ZONE,
                scheme=_SCHEME,
                kind={"enum": list(HISTORY_KINDS)},
                history=_list(
                    _object(**_SCHEMAS["Period"]["properties"], provisional=_PROVISIONAL, figure=_of("Figure"))
                ),
            ),
            _argument("kind", {"enum": list(HISTORY_KINDS), "default": "quarter"}, "Loại kỳ."),
            _argument(
                "count",
                {"type": "integer", "minimum": 1, "maximum": MOST_HISTORY, "default": 12},
                "Tính lùi từ kỳ đang chạy bao nhiêu kỳ; kỳ trước khi có phiếu đầu tiên thì không ghi.",
            ),
            *_NARROWED,
        ),
        "/ratings/{department}/{period}/questions": _read(
            "Người dân trả lời từng câu thế nào, theo từng mẫu phiếu.",
            _object(
                **_ABOUT,
                minimum=_COUNT,
                department=_of("Department"),
                questionnaires=_list(
                    _object(
                        questionnaire=_TEXT,
                        version=_COUNT,
                        title=_TEXT,
                        title_en=_MAYBE_TEXT,
                        figure=_of("Figure"),
                        channels=_CHANNELS,
                        questions={
                            **_maybe(_list(_of("Question"))),
                            "description": "null: không nêu, vì còn ít phiếu hoặc để bảo vệ người trả lời.",
                        },
                    )
                ),
            ),
            _place("department", _CODE),
            _place("period", _PERIOD_CODE),
        ),
    },
    "components": {"schemas": _SCHEMAS},
}
