//! Names as they are given in Viet Nam, by people and region. Weights are parts of a thousand, roughly as they are counted;
//! every person made of them is invented.

use base::PersonName;

use crate::draw::Draw;
use crate::kinh::{BOYS, GIRLS, MEN, MIDDLE, NORTH, SOUTH, WOMEN};

/// A part of the country, by its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// Bắc Bộ and Thanh Nghệ.
    North,
    /// Trung Bộ and Tây Nguyên.
    Middle,
    /// Nam Bộ.
    South,
}

/// A people, as far as their names differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum People {
    /// Kinh.
    Kinh,
    /// Tày.
    Tay,
    /// Thái.
    Thai,
    /// Mường.
    Muong,
    /// Khmer.
    Khmer,
    /// Mông.
    Hmong,
    /// Nùng.
    Nung,
    /// Dao.
    Dao,
    /// Hoa.
    Hoa,
    /// Gia Rai.
    GiaRai,
    /// Ê Đê.
    EDe,
    /// Ba Na.
    BaNa,
    /// Chăm.
    Cham,
}

/// All of them.
pub const ALL: [People; 13] = [
    People::Kinh,
    People::Tay,
    People::Thai,
    People::Muong,
    People::Khmer,
    People::Hmong,
    People::Nung,
    People::Dao,
    People::Hoa,
    People::GiaRai,
    People::EDe,
    People::BaNa,
    People::Cham,
];

impl People {
    /// The name of DM_DAN_TOC.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kinh => "Kinh",
            Self::Tay => "Tày",
            Self::Thai => "Thái",
            Self::Muong => "Mường",
            Self::Khmer => "Khmer",
            Self::Hmong => "Mông",
            Self::Nung => "Nùng",
            Self::Dao => "Dao",
            Self::Hoa => "Hoa",
            Self::GiaRai => "Gia Rai",
            Self::EDe => "Ê Đê",
            Self::BaNa => "Ba Na",
            Self::Cham => "Chăm",
        }
    }
}

/// Which peoples live in a province (its code of today), of a thousand; the rest is Kinh.
#[must_use]
pub fn peoples(province: &str) -> &'static [(People, u64)] {
    use People::{BaNa, Cham, Dao, EDe, GiaRai, Hmong, Hoa, Khmer, Muong, Nung, Tay, Thai};
    match province {
        "04" => &[(Tay, 410), (Nung, 300), (Dao, 100), (Hmong, 110)],
        "08" => &[(Tay, 250), (Hmong, 220), (Dao, 140), (Nung, 60)],
        "11" => &[(Thai, 380), (Hmong, 380)],
        "12" => &[(Thai, 310), (Hmong, 230), (Dao, 130)],
        "14" => &[(Thai, 530), (Hmong, 160), (Muong, 80)],
        "15" => &[(Hmong, 180), (Tay, 160), (Dao, 120), (Thai, 50)],
        "19" => &[(Tay, 200), (Nung, 60), (Dao, 40), (Hmong, 20)],
        "20" => &[(Nung, 430), (Tay, 360)],
        "22" => &[(Dao, 50), (Tay, 30)],
        "24" => &[(Nung, 30), (Tay, 20)],
        "25" => &[(Muong, 190), (Dao, 10)],
        "38" => &[(Muong, 110), (Thai, 70)],
        "40" => &[(Thai, 100), (Hmong, 15)],
        "51" => &[(BaNa, 90)],
        "52" => &[(GiaRai, 190), (BaNa, 90)],
        "56" => &[(Cham, 50)],
        "66" => &[(EDe, 170), (Hmong, 20), (Nung, 30), (Tay, 25)],
        "68" => &[(Cham, 15), (Hoa, 10), (Tay, 15)],
        "79" => &[(Hoa, 45), (Khmer, 5)],
        "80" => &[(Khmer, 10)],
        "86" => &[(Khmer, 130)],
        "91" => &[(Khmer, 90), (Hoa, 10), (Cham, 5)],
        "92" => &[(Khmer, 140), (Hoa, 25)],
        "96" => &[(Khmer, 45)],
        _ => &[],
    }
}

/// The region of a province, by its code.
#[must_use]
pub fn region(province: &str) -> Region {
    match province {
        "44" | "46" | "48" | "51" | "52" | "56" | "66" | "68" => Region::Middle,
        code if code >= "75" => Region::South,
        _ => Region::North,
    }
}

/// Family and given names of a people that names otherwise than the Kinh do.
struct Others {
    families: &'static [&'static str],
    men: &'static [&'static str],
    women: &'static [&'static str],
}

const fn others(people: People) -> Option<Others> {
    Some(match people {
        People::Tay => Others {
            families: &["Nông", "Hoàng", "Lương", "Bế", "Ma", "Triệu", "Hà", "Đinh", "Lý", "Vi", "Mông", "Đàm", "Lục"],
            men: &["Văn Thiện", "Văn Báo", "Quốc Huy", "Văn Quân", "Đức Hiệp", "Văn Sáng", "Minh Quân", "Văn Thuận"],
            women: &["Thị Nhung", "Thị Huệ", "Thị Diễm", "Thu Hà", "Thị Mai", "Thị Dung", "Thị Bích", "Ngọc Ánh"],
        },
        People::Nung => Others {
            families: &["Nông", "Hoàng", "Vi", "Lành", "Chu", "Hứa", "Linh", "Lương", "Mã", "Long", "Triệu", "Phùng"],
            men: &["Văn Thắng", "Văn Lập", "Văn Hoàn", "Minh Tuấn", "Văn Tình", "Văn Bằng", "Văn Đạt", "Thanh Tùng"],
            women: &["Thị Liên", "Thị Thơm", "Thị Hiệp", "Thị Ngân", "Thị Lệ", "Thị Nguyệt", "Thu Thảo", "Thị Hằng"],
        },
        People::Thai => Others {
            families: &[
                "Lò", "Quàng", "Lường", "Cà", "Tòng", "Hoàng", "Cầm", "Điêu", "Vì", "Bạc", "Lô", "Vi", "Kha", "Lương",
            ],
            men: &["Văn Thương", "Văn Pản", "Văn Hặc", "Văn Inh", "Văn Sơn", "Văn Khiên", "Văn Toản", "Minh Chiến"],
            women: &["Thị Xôm", "Thị Ễnh", "Thị Phương", "Thị Lả", "Thị Hặc", "Thị Panh", "Thị Thiên", "Thị Hương"],
        },
        People::Muong => Others {
            families: &["Bùi", "Quách", "Đinh", "Hà", "Bạch", "Phạm", "Trương", "Cao"],
            men: &["Văn Nhất", "Văn Chiến", "Đức Mạnh", "Văn Thiện", "Công Sự", "Anh Dũng", "Văn Quyền", "Xuân Bách"],
            women: &["Thị Thương", "Thị Bích", "Thị Hậu", "Ánh Dương", "Thị Nhàn", "Thị Én", "Thị Duyên", "Thị Mến"],
        },
        People::Hmong => Others {
            families: &[
                "Giàng", "Vàng", "Sùng", "Thào", "Lầu", "Mùa", "Hạng", "Lý", "Cứ", "Vừ", "Hầu", "Ly", "Má", "Tráng",
            ],
            men: &["A Páo", "A Sử", "A Chinh", "A Dế", "Mí Sính", "Mí Pó", "A Tủa", "Seo Pao", "A Vảng", "Văn Sáng"],
            women: &["Thị Mỷ", "Thị Dở", "Thị Súa", "Thị Pà", "Thị Dính", "Thị Chá", "Thị Máy", "Thị Ly", "Thị Xía"],
        },
        People::Dao => Others {
            families: &["Triệu", "Bàn", "Đặng", "Phùng", "Chảo", "Lý", "Tẩn", "Phàn", "Tằng", "Chìu"],
            men: &["Láo Tả", "Văn Quý", "Tài Phin", "Dào Lụa", "Mùi Sơn", "Phụ Xuân", "Văn Tiến", "Tòn Chiêu"],
            women: &["Mùi Nái", "Mùi Pham", "Thị Mẩy", "Lở Mẩy", "Thị Nhậy", "Tả Mẩy", "Mùi Ghển", "Thị Liều"],
        },
        People::Khmer => Others {
            families: &["Thạch", "Sơn", "Kim", "Danh", "Châu", "Lâm", "Trần", "Kiên", "Lý", "Tăng", "Đào"],
            men: &["Sa Rây", "Đa Ra", "Sô Phi", "Thị", "Chanh Đa", "Minh Tâm", "Ngọc Hùng", "Rích Thi", "Na Rông"],
            women: &[
                "Thị Sa Vy",
                "Sô Phia",
                "Thị Đa Ni",
                "Thị Phol Ly",
                "Ngọc Hân",
                "Thị Chanh Thu",
                "Rô Sa",
                "Sa Mách",
            ],
        },
        People::Hoa => Others {
            families: &[
                "Trần", "Lâm", "Lý", "Quách", "Lưu", "Huỳnh", "Vương", "Trương", "Tăng", "Ngô", "Mã", "Quan", "Phùng",
            ],
            men: &["Vĩ Cường", "Gia Kiệt", "Chí Hào", "Chấn Phong", "Gia Vĩ", "Tuấn Hào", "Vĩnh Phát", "Quốc Hùng"],
            women: &["Mỹ Linh", "Tuệ Mẫn", "Bội Sâm", "Mỹ Kỳ", "Gia Hân", "Lệ Quân", "Tiểu My", "Ngọc Bội"],
        },
        People::Cham => Others {
            families: &["Bá", "Quảng", "Đàng", "Thành", "Thập", "Lưu", "Đạo", "Báo", "Hán", "Kiều", "Từ", "Não"],
            men: &["Văn Thông", "Năng Hơn", "Trung Minh", "Xuân Hổ", "Đại Thành", "Quang Vinh", "Minh Nhật"],
            women: &["Thị Kim Loan", "Nữ Mai", "Thị Thanh Thảo", "Thị Ngọc Hân", "Nữ Hoài Thương", "Thị Diễm My"],
        },
        _ => return None,
    })
}

/// Names of the peoples of Tây Nguyên that put the word of the sex first and often the clan behind.
struct Clans {
    clans: &'static [&'static str],
    men: &'static [&'static str],
    women: &'static [&'static str],
    man: &'static str,
    woman: &'static str,
    clan_first: bool,
}

const fn clans(people: People) -> Option<Clans> {
    Some(match people {
        People::EDe => Clans {
            clans: &["Niê", "Mlô", "Êban", "Ayun", "Kbuôr", "Byă", "Ktla", "Hđơk", "Kđoh", "Adrơng"],
            men: &["Blơ", "Thuyên", "Khoa", "Wet", "Nguyên", "Lim", "Duy", "Phúc", "Bhiông"],
            women: &["Hen", "Lan", "Ngân", "Mơ", "Bơm", "Wina", "Thảo", "Linda", "Yuôm"],
            man: "Y",
            woman: "H'",
            clan_first: false,
        },
        People::GiaRai => Clans {
            clans: &["Rơ Châm", "Siu", "Ksor", "Rơ Mah", "Kpă", "Rcom", "Nay", "Puih", "Rơ Lan"],
            men: &["Thắng", "Hyit", "Blưh", "Quý", "Tin", "Khánh", "Djuân", "Bảo"],
            women: &["H'Nga", "H'Bia", "H'Lan", "H'Trang", "H'Yuin", "H'Ngọc", "H'Mai"],
            man: "",
            woman: "",
            clan_first: true,
        },
        People::BaNa => Clans {
            clans: &["Đinh"],
            men: &["Yêng", "Văn Thơm", "Hrêu", "Pun", "Văn Bình", "Nhuih", "Khun"],
            women: &["Thị Byưn", "Thị Hlơi", "Yim", "Thị Mlan", "Thị Thuỷ", "Hrên"],
            man: "",
            woman: "",
            clan_first: true,
        },
        _ => return None,
    })
}

fn parts(family: &str, rest: &str) -> Option<PersonName> {
    let (middle, given) = rest.rsplit_once(' ').unwrap_or(("", rest));
    PersonName::from_parts(family, middle, given)
}

/// A family's name; children have their father's.
#[must_use]
pub fn family(draw: &mut Draw, people: People, region: Region) -> &'static str {
    if let Some(others) = others(people) {
        return draw.one(others.families, "Hoàng");
    }
    if let Some(clans) = clans(people) {
        return draw.one(clans.clans, "Siu");
    }
    let all = match region {
        Region::North => NORTH,
        Region::Middle => MIDDLE,
        Region::South => SOUTH,
    };
    draw.weighted(all, "Nguyễn")
}

/// A whole name in a family.
#[must_use]
pub fn name(draw: &mut Draw, people: People, family: &str, girl: bool, child: bool) -> Option<PersonName> {
    if let Some(of) = clans(people) {
        let given = draw.one(if girl { of.women } else { of.men }, "Mai");
        let before = if girl { of.woman } else { of.man };
        return match (of.clan_first, before) {
            (true, _) => parts(family, given),
            // Y Blơ Niê, H'Hen Niê: the clan stands last, and lists sort by it as people of the place do not.
            (false, "Y") => PersonName::from_parts("Y", given, family),
            (false, before) => PersonName::from_parts(&format!("{before}{given}"), "", family),
        };
    }
    if let Some(of) = others(people) {
        // Most are given names of the whole country by now.
        if !child || !draw.happens(400_000) {
            return parts(family, draw.one(if girl { of.women } else { of.men }, "Mai"));
        }
    }
    let all = match (girl, child) {
        (true, true) => GIRLS,
        (false, true) => BOYS,
        (true, false) => WOMEN,
        (false, false) => MEN,
    };
    let mut rest = draw.weighted(all, "Minh").to_owned();
    if child && girl && !rest.contains("Thị") && draw.happens(220_000) {
        rest = format!("Thị {rest}");
    }
    if child && !girl && !rest.contains(' ') {
        rest = format!("{} {rest}", draw.one(&["Văn", "Đức", "Quang", "Hữu", "Công", "Ngọc", "Nhật"], "Văn"));
    }
    if child && !rest.contains("Thị ") && draw.happens(60_000) {
        // Both families in the name.
        let second = draw.one(&["Trần", "Lê", "Hoàng", "Vũ", "Phạm", "Đỗ", "Ngô"], "Trần");
        if second != family {
            rest = format!("{second} {rest}");
        }
    }
    parts(family, &rest)
}

/// The people of a family of a province.
#[must_use]
pub fn people(draw: &mut Draw, province: &str) -> People {
    let mut left = draw.below(1_000);
    for (people, share) in peoples(province) {
        if left < *share {
            return *people;
        }
        left -= share;
    }
    People::Kinh
}
