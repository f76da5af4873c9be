"""Every measure this service shows, each under a name of its own: what is divided by what, by which rule. Pure.

Reports call half a dozen different quantities "tỷ lệ"; here a figure is one click from the formula it was made by. The
texts are Vietnamese source texts, translated where they are shown.
"""

from dataclasses import dataclass
from typing import Final

from feedback_app.dossiers.figures import MEASURES as DOSSIER_MEASURES
from feedback_app.kit.errors import N_, NotFound

# How figures are rounded, so that the same rule is told in the same words.
_SHARE: Final = N_(
    "Làm tròn một lần khi hiện, nửa lên, đến một chữ số thập phân; chỉ in 0 hoặc 100 phần trăm khi đúng là không "
    "có hoặc có tất cả."
)
_TWO: Final = N_("Làm tròn một lần khi hiện, nửa lên, đến hai chữ số thập phân.")
_DECREE_61: Final = N_("Nghị định 61/2018/NĐ-CP, Điều 30 khoản 2 điểm c")
_DECISION_766: Final = N_("Quyết định 766/QĐ-TTg năm 2022")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """`code` is also its anchor on the page that explains it; `group` the heading it stands under there."""

    code: str
    group: str
    name: str
    formula: str
    numerator: str
    denominator: str
    rounding: str
    basis: str


class MeasureNotFound(NotFound):
    """No measure has that code."""


GROUPS: Final[dict[str, str]] = {
    "answers": N_("Từ câu trả lời của người dân"),
    "dossiers": N_("Từ số hồ sơ"),
    "tt01": N_("Điểm theo Thông tư 01/2018/TT-VPCP"),
    "qd766": N_("Điểm theo Quyết định 766/QĐ-TTg"),
}

MEASURES: Final[tuple[Measure, ...]] = (
    Measure(
        code="satisfied-share",
        group="answers",
        name=N_("Tỷ lệ hài lòng"),
        formula=N_(
            "Trong những người đã trả lời câu đánh giá chung, bao nhiêu phần trăm chọn mức hài lòng hoặc rất hài lòng."
        ),
        numerator=N_("phiếu chọn mức mà mẫu phiếu ghi là hài lòng ở câu đánh giá chung"),
        denominator=N_("phiếu có trả lời câu đánh giá chung, kể cả mức bình thường"),
        rounding=_SHARE,
        basis=N_("Nghị định 61/2018/NĐ-CP, Điều 27 và 31; mức nào là hài lòng do mẫu phiếu ghi"),
    ),
    Measure(
        code="interval-of-period",
        group="answers",
        name=N_("Khoảng tin cậy cho riêng những người của kỳ"),
        formula=N_(
            "Như khoảng tin cậy của tỷ lệ hài lòng, nhưng chỉ nói về những người có dịp đánh giá trong kỳ: càng nhiều "
            "người trong số ấy đã trả lời, khoảng càng hẹp, và không còn khoảng khi tất cả đã trả lời. Chỉ ghi khi từ "
            "một nửa trở lên đã trả lời. Không dùng để so sánh đơn vị hay kỳ, vì người đến lần sau là người khác."
        ),
        numerator=N_("phiếu hài lòng trong số phiếu có trả lời câu đánh giá chung"),
        denominator=N_("hồ sơ mà người nộp có dịp đánh giá trong kỳ, mỗi hồ sơ coi như một người"),
        rounding=_SHARE,
        basis=N_("Khoảng Wilson hiệu chỉnh theo tổng thể hữu hạn (Cochran, 1977, mục 2.6); không văn bản nào quy định"),
    ),
    Measure(
        code="standardised-share",
        group="answers",
        name=N_("Tỷ lệ hài lòng đã chuẩn hóa theo lĩnh vực"),
        formula=N_(
            "Lấy tỷ lệ hài lòng của đơn vị trong từng lĩnh vực rồi tính bình quân, mỗi lĩnh vực nặng bằng phần của nó "
            "trong mọi phiếu có ghi lĩnh vực của tất cả đơn vị trong kỳ. Chỉ dùng những lĩnh vực được nêu kết quả và "
            "có từ 5 phiếu; các lĩnh vực ấy phải chiếm từ 80 phần trăm cơ cấu chung trở lên."
        ),
        numerator=N_("trong từng lĩnh vực: phiếu hài lòng của đơn vị, nhân với phần của lĩnh vực trong cơ cấu chung"),
        denominator=N_("trong từng lĩnh vực: phiếu của đơn vị có trả lời câu đánh giá chung"),
        rounding=_SHARE,
        basis=N_(
            "Chuẩn hóa trực tiếp, khoảng tin cậy theo Zou và Donner (2008); để so sánh cho công bằng, không văn bản "
            "nào quy định"
        ),
    ),
    Measure(
        code="mean-points",
        group="answers",
        name=N_("Điểm trung bình"),
        formula=N_(
            "Cộng điểm của các mức đã chọn ở câu đánh giá chung rồi chia cho số phiếu; chỉ tính khi mọi phiếu "
            "cùng một thang."
        ),
        numerator=N_("tổng điểm của các mức đã chọn"),
        denominator=N_("phiếu chọn một mức có điểm"),
        rounding=_TWO,
        basis=N_("Thang điểm do mẫu phiếu ghi; không phải điểm xếp loại của văn bản nào"),
    ),
    Measure(
        code="participation",
        group="answers",
        name=N_("Tỷ lệ tham gia đánh giá"),
        formula=N_("Cứ một trăm hồ sơ có thể được đánh giá thì có bao nhiêu phiếu trả lời."),
        numerator=N_("phiếu được tính"),
        denominator=N_("hồ sơ mà người nộp có dịp đánh giá trong kỳ"),
        rounding=_SHARE,
        basis=N_("Thông tư 01/2018/TT-VPCP, Điều 12: phiếu phát cùng giấy hẹn, yêu cầu bổ sung, từ chối và kết quả"),
    ),
    Measure(
        code="on-time-of-received",
        group="dossiers",
        name=DOSSIER_MEASURES["on_time_of_received"],
        formula=N_(
            "Hồ sơ trả trước hạn hoặc đúng hạn chia cho mọi hồ sơ đã tiếp nhận. Đây là tỷ lệ mà nghị định quy định."
        ),
        numerator=N_("hồ sơ trả trước hạn hoặc đúng hạn"),
        denominator=N_("hồ sơ tiếp nhận, kể cả hồ sơ đang giải quyết"),
        rounding=_SHARE,
        basis=_DECREE_61,
    ),
    Measure(
        code="on-time-of-resolved",
        group="dossiers",
        name=DOSSIER_MEASURES["on_time_of_resolved"],
        formula=N_(
            "Hồ sơ trả trước hạn hoặc đúng hạn chia cho hồ sơ đã giải quyết xong. Hồ sơ còn treo quá hạn không "
            "nằm trong phép chia này."
        ),
        numerator=N_("hồ sơ trả trước hạn hoặc đúng hạn"),
        denominator=N_("hồ sơ đã giải quyết xong"),
        rounding=_SHARE,
        basis=N_("Dùng trong báo cáo; không phải tỷ lệ của Nghị định 61/2018/NĐ-CP"),
    ),
    Measure(
        code="early-of-received",
        group="dossiers",
        name=DOSSIER_MEASURES["early_of_received"],
        formula=N_("Chỉ những hồ sơ trả trước ngày hẹn, chia cho mọi hồ sơ đã tiếp nhận."),
        numerator=N_("hồ sơ trả trước hạn"),
        denominator=N_("hồ sơ tiếp nhận, kể cả hồ sơ đang giải quyết"),
        rounding=_SHARE,
        basis=N_("Dùng trong báo cáo; văn bản không quy định"),
    ),
    Measure(
        code="early-of-resolved",
        group="dossiers",
        name=DOSSIER_MEASURES["early_of_resolved"],
        formula=N_("Chỉ những hồ sơ trả trước ngày hẹn, chia cho hồ sơ đã giải quyết xong."),
        numerator=N_("hồ sơ trả trước hạn"),
        denominator=N_("hồ sơ đã giải quyết xong"),
        rounding=_SHARE,
        basis=N_("Dùng trong báo cáo; văn bản không quy định"),
    ),
    Measure(
        code="in-time-of-handled",
        group="dossiers",
        name=DOSSIER_MEASURES["in_time_of_handled"],
        formula=N_("Hồ sơ trả đúng hạn hoặc đang giải quyết còn trong hạn, chia cho mọi hồ sơ có trong tay trong kỳ."),
        numerator=N_("hồ sơ trả trước hạn, đúng hạn và đang giải quyết trong hạn"),
        denominator=N_("hồ sơ đã và đang giải quyết trong kỳ"),
        rounding=_SHARE,
        basis=_DECISION_766,
    ),
    Measure(
        code="tt01-unit",
        group="tt01",
        name=N_("Điểm của cơ quan, đơn vị, tối đa 18"),
        formula=N_(
            "Chín chỉ số, mỗi chỉ số tối đa 2 điểm: lấy tổng điểm chia cho số hồ sơ có điểm, làm tròn từng chỉ số"
            " rồi mới cộng. Từ 15 điểm là xuất sắc, từ 12 tốt, từ 9 khá, từ 6 trung bình, dưới 6 yếu. Chỉ số "
            "thiếu số liệu thì bỏ ra và được nêu tên; các ngưỡng giữ nguyên."
        ),
        numerator=N_("tổng điểm 2, 1, 0 của từng chỉ số"),
        denominator=N_("hồ sơ có điểm ở chỉ số ấy"),
        rounding=N_("Từng chỉ số làm tròn nửa lên đến một chữ số thập phân trước khi cộng, như thông tư quy định."),
        basis=N_("Thông tư 01/2018/TT-VPCP, Điều 13 đến 15"),
    ),
    Measure(
        code="tt01-officer",
        group="tt01",
        name=N_("Điểm của cán bộ, công chức, viên chức, tối đa 10"),
        formula=N_(
            "Năm chỉ số 1, 2, 3, 4 và 7 tính như trên. Từ 5 điểm là hoàn thành toàn bộ nhiệm vụ, từ 3,5 đến dưới "
            "5 là hoàn thành từ 70 đến dưới 100 phần trăm, dưới 3,5 là dưới 70 phần trăm. Câu trả lời của "
            "người dân không gắn với cán bộ nào; điểm lấy từ hệ thống một cửa, chỉ cán bộ ấy và người quản lý của đơn "
            "vị xem, không bao giờ công khai. Điểm của năm cộng tổng điểm và số hồ sơ của các quý rồi mới chia. Chỉ số "
            "ít hồ sơ thì bỏ ra và khi ấy không xếp loại; cán bộ được khiếu nại từng quý."
        ),
        numerator=N_("tổng điểm 2, 1, 0 của từng chỉ số"),
        denominator=N_("hồ sơ có điểm ở chỉ số ấy"),
        rounding=N_("Từng chỉ số làm tròn nửa lên đến một chữ số thập phân trước khi cộng, như thông tư quy định."),
        basis=N_("Thông tư 01/2018/TT-VPCP, Điều 15"),
    ),
    Measure(
        code="qd766-2-1",
        group="qd766",
        name=N_("Tiến độ giải quyết (2.1), tối đa 20"),
        formula=N_("Tỷ lệ hồ sơ đã trả đúng hạn hoặc đang giải quyết còn trong hạn, nhân với 20."),
        numerator=N_("hồ sơ trả trước hạn, đúng hạn và đang giải quyết trong hạn"),
        denominator=N_("hồ sơ đã và đang giải quyết trong kỳ"),
        rounding=_TWO,
        basis=_DECISION_766,
    ),
    Measure(
        code="qd766-5-2",
        group="qd766",
        name=N_("Xử lý phản ánh, kiến nghị đúng hạn (5.2), tối đa 6"),
        formula=N_(
            "Tỷ lệ phản ánh, kiến nghị được trả lời đúng hạn, nhân với 6; không có phản ánh nào thì được đủ điểm."
        ),
        numerator=N_("phản ánh, kiến nghị trả lời đúng hạn"),
        denominator=N_("mọi phản ánh, kiến nghị nhận trong kỳ"),
        rounding=_TWO,
        basis=_DECISION_766,
    ),
    Measure(
        code="qd766-5-3",
        group="qd766",
        name=N_("Hài lòng trong xử lý phản ánh, kiến nghị (5.3), tối đa 6"),
        formula=N_(
            "Tỷ lệ phản ánh, kiến nghị không quá hạn và người gửi không phản ánh tiếp, nhân với 6; không có phản "
            "ánh nào thì được đủ điểm."
        ),
        numerator=N_("phản ánh, kiến nghị không quá hạn và không bị phản ánh tiếp"),
        denominator=N_("mọi phản ánh, kiến nghị nhận trong kỳ"),
        rounding=_TWO,
        basis=_DECISION_766,
    ),
    Measure(
        code="qd766-5-4",
        group="qd766",
        name=N_("Hài lòng trong tiếp nhận, giải quyết (5.4), tối đa 6"),
        formula=N_(
            "Lấy mọi hồ sơ trừ đi hồ sơ quá hạn và hồ sơ bị phản ánh. Còn từ 90 phần trăm trở lên thì được 6 "
            "điểm, ít hơn thì giảm theo tỷ lệ. Ai im lặng cũng được coi là hài lòng, nên đây không phải tỷ lệ hài"
            " lòng của người trả lời."
        ),
        numerator=N_("hồ sơ không quá hạn và không bị phản ánh"),
        denominator=N_("hồ sơ đã và đang giải quyết trong kỳ"),
        rounding=_TWO,
        basis=_DECISION_766,
    ),
)

_BY_CODE: Final = {each.code: each for each in MEASURES}


def measure(code: str) -> Measure:
    """The measure with this code. Raises MeasureNotFound."""
    found = _BY_CODE.get(code)
    if found is None:
        raise MeasureNotFound(N_("Không có số đo nào mang mã “%(code)s”."), code=code)
    return found
