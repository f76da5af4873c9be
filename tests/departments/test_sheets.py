from datetime import date

from feedback_app.departments.commands import (
    RegisterCounter,
    RegisterDepartment,
    RegisterField,
    RegisterOfficeModel,
    RegisterPlace,
    RegisterSuccession,
    Registration,
)
from feedback_app.departments.sheets import read


def csv(text: str) -> bytes:
    return text.encode()


def test_each_kind_of_sheet_is_known_by_its_headings():
    rows, problems = read(
        [
            (
                "1.csv",
                csv(
                    "Mã;Loại;Tên;Tên ngắn;Cấp trên;Từ ngày;Ngừng từ;Căn cứ;Lĩnh vực;Ghi chú\n"
                    "p;Phường;Phường Đồng Sơn;Đồng Sơn;;01/07/2025;;NQ 1680;ho-tich dat-dai;x\n"
                ),
            ),
            ("2.csv", csv("don_vi_cu,don_vi_moi,ngay,hinh_thuc,can_cu\na,,01/07/2025,Giải thể,Luật 72\n")),
            ("3.csv", csv("ma_linh_vuc,ten_linh_vuc\nho-tich,Hộ tịch\n")),
            ("4.csv", csv("diem,ten_diem,don_vi_tiep_nhan,dia_chi\nsanh,Sảnh,p,\n")),
            ("5.csv", csv("diem,quay,ten_quay,linh_vuc\nsanh,quay-1,Quầy 1,ho-tich\n")),
            ("6.csv", csv("department,title,source\np,Công sở thân thiện,Báo cáo\n")),
        ]
    )

    assert problems == []
    assert rows == Registration(
        departments=(
            RegisterDepartment(
                code="p",
                kind="ward",
                name="Phường Đồng Sơn",
                short_name="Đồng Sơn",
                valid_from=date(2025, 7, 1),
                legal_basis="NQ 1680",
                fields=("ho-tich", "dat-dai"),
            ),
        ),
        successions=(
            RegisterSuccession(
                predecessor="a",
                successor=None,
                happened_on=date(2025, 7, 1),
                kind="abolish",
                legal_basis="Luật 72",
            ),
        ),
        fields=(RegisterField(code="ho-tich", name="Hộ tịch"),),
        places=(RegisterPlace(slug="sanh", name="Sảnh", receiving="p"),),
        counters=(RegisterCounter(place="sanh", slug="quay-1", name="Quầy 1", field="ho-tich"),),
        office_models=(RegisterOfficeModel(department="p", title="Công sở thân thiện", source="Báo cáo"),),
    )


def test_every_line_that_cannot_be_read_is_named_at_once():
    rows, problems = read(
        [
            (
                "co-quan.csv",
                csv(
                    "ma,loai,ten,tu_ngay\n"
                    ",phường,Không mã,01/07/2025\n"
                    "b,quận,Loại lạ,01/07/2025\n"
                    "c,phường,Ngày lạ,32/07/2025\n"
                    "d,phường,Thừa ô,01/07/2025,thừa\n"
                    "e,phường,Đúng,01/07/2025\n"
                ),
            ),
            ("la.csv", csv("ma,nguon\na,b\n")),
            ("hong.csv", b"\xff\xfe"),
        ]
    )

    assert [row.code for row in rows.departments] == ["e"]
    assert sorted(problem.line for problem in problems) == [
        "co-quan.csv, dòng 2",
        "co-quan.csv, dòng 3",
        "co-quan.csv, dòng 4",
        "co-quan.csv, dòng 5",
        "hong.csv",
        "la.csv",
    ]
    assert all(problem.reason for problem in problems)
