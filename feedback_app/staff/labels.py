"""The audit trail in words: what was done, and to what. What the slices above record is named here too."""

from typing import Final

from flask_babel import lazy_gettext as _

ACTIONS: Final = {
    "appraisal.contested": _("Khiếu nại điểm"),
    "appraisal.imported": _("Nhập điểm cán bộ"),
    "appraisal.linked": _("Gắn tài khoản với mã cán bộ"),
    "appraisal.refused": _("Bị chặn ở điểm hoặc khiếu nại của cán bộ"),
    "appraisal.rejected": _("Bác khiếu nại điểm"),
    "appraisal.upheld": _("Chấp nhận khiếu nại điểm"),
    "appraisal.viewed": _("Xem điểm cán bộ"),
    "dossiers.imported": _("Nhập số hồ sơ"),
    "dossiers.refused": _("Khóa API gửi ngoài phạm vi"),
    "exclusions.attempt_refused": _("Quyết định về phiếu bất thường bị chặn"),
    "exclusions.conflict_kept": _("Giữ phiếu đang tính khi hai phiếu trái nhau"),
    "exclusions.conflict_replaced": _("Tính phiếu đến sau thay phiếu đang tính"),
    "exclusions.excluded": _("Đồng ý loại phiếu"),
    "exclusions.kept": _("Giữ lại phiếu bất thường"),
    "exclusions.proposed": _("Đề nghị loại phiếu"),
    "exclusions.refused": _("Từ chối loại phiếu"),
    "exclusions.return_proposed": _("Đề nghị tính lại phiếu đã loại"),
    "exclusions.return_refused": _("Từ chối tính lại phiếu"),
    "exclusions.returned": _("Đồng ý tính lại phiếu"),
    "kiosks.code_made": _("Tạo mã ghi danh ki-ốt"),
    "kiosks.enrolled": _("Ghi danh ki-ốt"),
    "kiosks.file_delivered": _("Nộp tệp phiếu của ki-ốt"),
    "kiosks.moved": _("Chuyển nơi đặt ki-ốt"),
    "kiosks.pin_set": _("Đặt PIN ki-ốt"),
    "kiosks.renamed": _("Đổi tên ki-ốt"),
    "kiosks.revoked": _("Thu hồi ki-ốt"),
    "kiosks.settings_changed": _("Đổi cài đặt ki-ốt"),
    "paper.keyed": _("Nhập phiếu giấy"),
    "paper.undone": _("Hoàn tác phiếu giấy"),
    "petitions.corrected": _("Sửa phản ánh, kiến nghị đã nhập"),
    "ratings.appraisal_refused": _("Bị từ chối thẩm định điểm"),
    "ratings.appraised": _("Thẩm định điểm chỉ số"),
    "ratings.assessed": _("Tự chấm điểm chỉ số"),
    "ratings.attempt_refused": _("Việc công bố kết quả bị chặn"),
    "ratings.checked": _("Kiểm tra bản nháp kết quả"),
    "ratings.drafted": _("Lập bản nháp kết quả"),
    "ratings.export_asked": _("Xuất dữ liệu nhiều kỳ"),
    "ratings.published": _("Công bố hoặc đính chính kết quả"),
    "ratings.few_agreed": _("Đồng ý đính chính dù cho thấy câu trả lời của vài người"),
    "ratings.refreshed": _("Chốt lại số liệu bản nháp"),
    "ratings.returned": _("Trả lại bản nháp kết quả"),
    "ratings.scheme_imported": _("Nạp cách chấm"),
    "staff.activated": _("Mở lại tài khoản"),
    "staff.added": _("Thêm tài khoản"),
    "staff.deactivated": _("Ngừng tài khoản"),
    "staff.key_added": _("Tạo khóa API"),
    "staff.key_revoked": _("Thu hồi khóa API"),
    "staff.locked": _("Khóa đăng nhập tạm thời"),
    "staff.password_changed": _("Tự đổi mật khẩu"),
    "staff.password_reset": _("Cấp mật khẩu mới"),
    "staff.role_changed": _("Đổi vai trò hoặc phạm vi"),
    "staff.sign_in_failed": _("Đăng nhập sai"),
    "staff.signed_in": _("Đăng nhập"),
    "staff.signed_out": _("Đăng xuất"),
    "staff.unlocked": _("Mở khóa đăng nhập"),
    "surveys.assigned": _("Giao mẫu phiếu cho điểm phục vụ"),
    "surveys.comment_cleared": _("Duyệt góp ý"),
    "surveys.comment_refused": _("Không cho hiện góp ý"),
    "surveys.comment_reopened": _("Hoàn tác việc duyệt góp ý"),
    "surveys.comment_review_denied": _("Bị từ chối duyệt góp ý về đơn vị mình"),
    "surveys.slips_issued": _("In phiếu mời góp ý"),
    "surveys.slips_refused": _("Khóa API xin phiếu mời ngoài phạm vi"),
}

SUBJECTS: Final = {
    "api_key": _("Khóa API"),
    "case": _("Vụ việc"),
    "comment": _("Góp ý"),
    "conflict": _("Cặp phiếu trái nhau số"),
    "contest": _("Khiếu nại số"),
    "export": _("Lần xuất số"),
    "dossier_import": _("Lần nhập"),
    "kiosk": _("Ki-ốt"),
    "kiosk_code": _("Mã ghi danh số"),
    "officer": _("Cán bộ mã"),
    "period": _("Kỳ"),
    "petition": _("Phản ánh, kiến nghị số"),
    "place": _("Điểm phục vụ số"),
    "response": _("Phiếu"),
    "scheme": _("Cách chấm"),
    "staff": _("Tài khoản số"),
    "unknown_name": _("Tên không có thật"),
}


def action_name(action: str) -> str:
    """`ratings.published` in words."""
    return str(ACTIONS.get(action, action))


def subject_name(subject: str) -> str:
    """`period:2026-Q3` in words."""
    kind, _colon, which = subject.partition(":")
    return f"{SUBJECTS[kind]} {which}" if kind in SUBJECTS else subject
