//! Passwords that are guessed first: words that people take and decorate with digits and signs. Kept as bare words, so
//! that `matkhau123`, `MatKhau@2026` and `M@tkh4u!!` are one entry. Collected from what is publicly known of leaked
//! passwords and from habits in Viet Nam (names, pet names, schools, clubs, phones' keyboards).

/// Whether a password (in small letters) is among the first guesses: a weak word with decoration, digits alone, or one
/// short piece repeated.
pub fn is_weak(small: &str) -> bool {
    let plain: String = base::vi::fold(small).chars().filter(|c| *c != ' ').collect();
    let letters: String = plain.chars().filter(|c| c.is_alphabetic()).collect();
    let core = small.trim_matches(|c: char| !c.is_alphabetic() && !matches!(c, '@' | '$'));
    let undressed: String =
        base::vi::fold(&core.chars().map(undress).collect::<String>()).chars().filter(|c| c.is_alphabetic()).collect();
    letters.is_empty() || repeats(&plain) || repeats(&letters) || runs(&letters) || known(&letters) || known(&undressed)
}

/// The letter a sign stands for in `p@ssw0rd`.
fn undress(sign: char) -> char {
    match sign {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// One piece of at most four signs, over and over.
fn repeats(text: &str) -> bool {
    let signs: Vec<char> = text.chars().collect();
    (1..=4).any(|piece| signs.len() > 2 * piece && signs.iter().zip(&signs[piece..]).all(|(a, b)| a == b))
}

/// `abcdefghijkl`, or backwards.
fn runs(text: &str) -> bool {
    let signs: Vec<i64> = text.chars().map(|sign| i64::from(u32::from(sign))).collect();
    [1, -1].into_iter().any(|step| signs.len() > 3 && signs.iter().zip(&signs[1..]).all(|(a, b)| b - a == step))
}

fn known(letters: &str) -> bool {
    // A weak word said twice is no better.
    let half = letters.len() / 2;
    let once =
        if letters.is_char_boundary(half) && letters[..half] == letters[half..] { &letters[..half] } else { letters };
    WEAK.split_ascii_whitespace().any(|word| word == once || word == letters)
}

const WEAK: &str = "
    password passwd passw pass passwordpassword mypassword yourpassword newpassword oldpassword thepassword passcode
    admin administrator adminadmin root toor superuser sysadmin system user username guest login loginlogin test tester
    testtest testing demo default changeme changethis letmein welcome hello helloworld hellohello secret topsecret
    master access service server computer internet network windows microsoft google facebook samsung iphone android
    qwerty qwertyui qwertyuio qwertyuiop qwertz azerty asdf asdfgh asdfghj asdfghjk asdfghjkl zxcvbn zxcvbnm zxcv qwer
    qwe asd zxc qweasd qweasdzxc qazwsx qazwsxedc wsxedc qazxsw poiuytrewq lkjhgfdsa mnbvcxz abc abcd abcde abcdef
    abcdefg abcdefgh abcdefghij abcabc aabbcc abcxyz xyz xyzabc onetwothree iloveyou iloveu loveyou lovely lover
    love loveme forever sunshine princess monkey dragon football baseball superman batman spiderman pokemon naruto
    starwars trustno trustnoone whatever freedom shadow michael jordan charlie daniel jessica ashley thomas andrew
    robert william summer winter spring autumn monday friday january december cookie chocolate banana orange apple
    flower butterfly angel angels family happy lucky money diamond silver golden killer hunter soccer hockey tennis
    liverpool chelsea arsenal barcelona barca realmadrid manchester manutd juventus ronaldo messi
    matkhau matkhaumoi matkhaucu matkhaulagi matkhaucuatoi matkhaumatkhau mk mkmoi mkmk matma khongbiet khongco
    khongnho quenmatkhau quenroi quenmk toilatoi toiyeuban toiyeuem toiyeuanh anhyeuem emyeuanh anhnhoem emnhoanh
    yeuem yeuanh yeuban yeuminh yeume yeucon yeunhau yeumaimai maiyeuem maiyeuanh maimai anhem vochong chongyeu voyeu
    conyeu conyeume conyeucuame bome bomeyeu boyeucon meyeucon mevacon giadinh giadinhtoi giadinhhanhphuc hanhphuc
    giadinhlaso tinhyeu tinhban banbe vietnam vietnamoi vietnamvodich vietnamquehuongtoi toiyeuvietnam yeuvietnam
    hanoi hanoimuathu saigon saigonoi tphcm hochiminh danang haiphong cantho nghean thanhhoa hue nhatrang dalat
    halong namdinh thaibinh haiduong bacninh bacgiang quangninh vinhphuc phutho langson caobang hagiang laocai yenbai
    dienbien sonla hoabinh ninhbinh hatinh quangbinh quangtri quangnam quangngai binhdinh phuyen khanhhoa binhthuan
    lamdong daklak dalak gialai kontum dongnai binhduong tayninh longan tiengiang bentre travinh vinhlong dongthap
    angiang kiengiang camau baclieu soctrang haugiang vungtau thudo doclap doclaptudohanhphuc conghoa
    truong truonghoc truongthpt truongthcs truongtieuhoc truongmamnon thpt thcs tieuhoc mamnon gdnn gdtx sogd sogddt
    phonggd bogd bogddt moet giaoduc giaovien giaovienchunhiem gvcn gvbm hieutruong hieupho phohieutruong hocsinh
    sinhvien vanthu ketoan thuvien giaovu totruong tochuyenmon chuyenmon quantri quantrivien quanly quanlytruong
    phuhuynh lophoc lop monhoc toanhoc toan nguvan vatly vatli hoahoc sinhhoc lichsu dialy diali tienganh tinhoc
    congnghe theduc amnhac mythuat mithuat daoduc diem sodiem hocba hocbaso csdl csdlnganh vnedu smas vietschool
    nhatruong daytot hoctot dayhoc yeutre yeunghe giaovienmamnon kinhgui xinchao chaoban chaocacban camon camonban
    nguyen nguyenvana nguyenvan nguyenthi tran tranvan tranthi le levan lethi pham phamvan phamthi hoang hoangvan
    hoangthi vu vuvan vuthi dang dangvan bui buivan do dovan ho hovan ngo ngovan duong ly
    anh lan huong hoa mai linh trang thao phuong nga ngoc hang thu thuy hien hanh yen nhung loan dung tuan hung
    cuong minh nam long quang duc son hai thanh thang manh kien trung hieu khanh huy khoa phuc tai tien tung
    tuananh ngocanh lananh maianh minhanh quynhanh hoanganh ducanh thuylinh khanhlinh phuonglinh maiphuong
    thuphuong thuyduong thuhuong thanhhuong ngoclan thanhtam thanhthuy bichngoc minhduc minhquang quanghuy
    becon beyeu bexinh bedethuong cunyeu cuncon miumiu meomeo gauyeu gautruc heocon heoyeu thobong tho bongbong
    sieunhan doremon doraemon conan songoku connan xuka nobita lienquan lienminh freefire pubg minecraft roblox
    zalo zaloviet momo vietcombank techcombank agribank bidv vietinbank viettel mobifone vinaphone
    maytinh dienthoai laptop wifi wifimienphi internetviettel khachhang congty congviec vanphong lamviec
    khue khuekhue khuehoc
";
