//! Steps as Vietnamese sentences, each with a stable code, the values in it and the article it rests on.

use base::Score;
use base::vi::decimal_comma;
use rules::assessment::{Achievement, Assessment, Level, Primary, Rules, Secondary, TraitLevel};

use super::primary::{Honour, Lacking, POINTS};
use super::trace::{About, Fact, Parts, Step, Term, Tried};
use super::{Missing, Outcome};

/// One sentence of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Its stable code: `average.semester`.
    pub code: String,
    /// The values in it, by name; marks as people write them.
    pub values: Vec<(&'static str, String)>,
    /// The article it rests on; empty where the pack names none.
    pub article: String,
    /// The sentence.
    pub text: String,
}

/// The values of a sentence being made.
#[derive(Default)]
struct Said {
    code: String,
    values: Vec<(&'static str, String)>,
    text: String,
}

impl Said {
    /// A sentence of a code; `{name}` in the text is the value of that name.
    fn new(code: &str, text: &str, values: Vec<(&'static str, String)>) -> Self {
        let mut filled = text.to_owned();
        for (name, value) in &values {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        Self { code: code.to_owned(), values, text: filled }
    }
}

/// Says a step. `courses` are the names of the pupil's courses, in the order in which they were computed.
#[must_use]
pub fn sentence(rules: &Assessment, courses: &[&str], step: &Step) -> Sentence {
    let says = Says { courses, about: step.about };
    let said = match &rules.rules {
        Rules::Secondary(secondary) => says.secondary(secondary, &step.fact),
        Rules::Primary(primary) => says.primary(primary, &step.fact),
    };
    let article = rules.article(&said.code).unwrap_or_default().to_owned();
    Sentence { code: said.code, values: said.values, article, text: said.text }
}

fn outcome(of: Outcome) -> String {
    match of {
        Outcome::Score(score) => score.one_decimal(),
        Outcome::Pass => "Đạt".to_owned(),
        Outcome::Fail => "Chưa đạt".to_owned(),
    }
}

const fn achievement(of: Achievement) -> &'static str {
    match of {
        Achievement::Good => "Hoàn thành tốt",
        Achievement::Complete => "Hoàn thành",
        Achievement::Incomplete => "Chưa hoàn thành",
    }
}

const fn trait_level(of: TraitLevel) -> &'static str {
    match of {
        TraitLevel::Good => "Tốt",
        TraitLevel::Achieved => "Đạt",
        TraitLevel::NeedsEffort => "Cần cố gắng",
    }
}

/// Who says it.
struct Says<'a> {
    courses: &'a [&'a str],
    about: About,
}

impl Says<'_> {
    fn course(&self, place: usize) -> String {
        self.courses.get(place).map_or_else(|| format!("môn {}", place + 1), |name| (*name).to_owned())
    }

    /// The subject the step is about, and its term.
    fn subject(&self) -> String {
        match self.about {
            About::Subject(course, term) => format!("{}, {}", self.course(course), term.name()),
            About::Learning(term) | About::Conduct(term) => term.name().to_owned(),
            About::Promotion | About::Title => "cả năm".to_owned(),
        }
    }

    fn term(&self) -> &'static str {
        match self.about {
            About::Subject(_, term) | About::Learning(term) | About::Conduct(term) => term.name(),
            About::Promotion | About::Title => Term::Year.name(),
        }
    }

    fn average(&self, parts: &Parts) -> Said {
        let (sum, weight) = parts.sum();
        let weights = parts.weights;
        let mut text = "{subject}: (".to_owned();
        let mut values = vec![
            ("subject", self.subject()),
            ("regular", decimal_comma(parts.regular)),
            ("count", parts.count.to_string()),
        ];
        text += "{regular} từ {count} điểm thường xuyên";
        for (name, label, mark, times) in [
            ("midterm", "điểm giữa kì", parts.midterm, weights.midterm),
            ("endterm", "điểm cuối kì", parts.endterm, weights.endterm),
        ] {
            if let Some(mark) = mark {
                text += &format!(" + {times} × {label} {{{name}}}");
                values.push((name, mark.to_string()));
            }
        }
        text += ") : {weight} = {sum} : {weight}, làm tròn thành {average}.";
        values.push(("sum", decimal_comma(sum)));
        values.push(("weight", weight.to_string()));
        values.push(("average", parts.average.one_decimal()));
        Said::new("average.semester", &text, values)
    }

    fn missing(&self, missing: &Missing) -> Said {
        match missing {
            Missing::Mark { course, strand, term, column, count, .. } => {
                let mut values = vec![
                    ("subject", self.course(*course)),
                    ("term", term.name().to_owned()),
                    ("count", count.to_string()),
                    ("column", column.name().to_owned()),
                ];
                let text = match strand {
                    Some(strand) => {
                        values.push(("strand", (strand + 1).to_string()));
                        "{subject} (nội dung {strand}), {term}: còn thiếu {count} {column}."
                    }
                    None => "{subject}, {term}: còn thiếu {count} {column}.",
                };
                Said::new("mark.missing", text, values)
            }
            Missing::Conduct(term) => Said::new(
                "conduct.missing",
                "Chưa có mức đánh giá rèn luyện {term}.",
                vec![("term", term.name().to_owned())],
            ),
            Missing::Absences => Said::new("absences.missing", "Chưa có số buổi nghỉ học trong năm.", Vec::new()),
        }
    }

    fn tried(&self, rules: &Secondary, tried: &Tried) -> Said {
        let rule = &rules.levels[tried.rule];
        let code = format!("level.{}", rule.level.code());
        let mut values = vec![
            ("what", rules.figures.learning_name.clone()),
            ("term", self.term().to_owned()),
            ("level", rules.learning_name(rule.level).to_owned()),
        ];
        // What there is beside what is asked, and a word where it falls short.
        let mut parts = Vec::new();
        let mut part = |met: bool, text: String| parts.push(if met { text } else { format!("{text} (không đạt)") });
        if let Some(asked) = rule.average {
            let there = tried.average.unwrap_or(Score::ZERO);
            part(there >= asked, format!("trung bình các môn {}, cần từ {}", there.one_decimal(), asked.one_decimal()));
        }
        if let Some(asked) = rule.core {
            let there = tried.core.unwrap_or(Score::ZERO);
            part(there >= asked, format!("môn chính cao nhất {}, cần từ {}", there.one_decimal(), asked.one_decimal()));
        }
        if let (Some(asked), Some((course, lowest))) = (rule.all, tried.lowest) {
            let name = self.course(course);
            part(
                lowest >= asked,
                format!("môn thấp nhất là {name} {}, cần từ {}", lowest.one_decimal(), asked.one_decimal()),
            );
        }
        if let Some(asked) = rule.many {
            let (many, need) = (tried.many, tried.many_asked);
            part(many >= need, format!("{many} môn từ {} trở lên, cần {need}", asked.one_decimal()));
        }
        if let Some(most) = rule.remarks_failed {
            let failed = tried.remarks_failed;
            part(failed <= u32::from(most), format!("{failed} môn nhận xét Chưa đạt, cho phép {most}"));
        }
        let because = if parts.is_empty() {
            "không đủ điều kiện của mức nào cao hơn".to_owned()
        } else {
            parts.join("; ")
        };
        values.push(("holds", if tried.holds { "có" } else { "không" }.to_owned()));
        values.push(("because", because));
        let text = match tried.holds {
            true => "{what} {term}: đạt điều kiện mức {level}: {because}.",
            false => "{what} {term}: chưa đạt điều kiện mức {level}: {because}.",
        };
        Said::new(&code, text, values)
    }

    fn raised(&self, rules: &Secondary, fact: &Fact) -> Said {
        let name = |level: &Level| rules.learning_name(*level).to_owned();
        let mut values = vec![("what", rules.figures.learning_name.clone()), ("term", self.term().to_owned())];
        match fact {
            Fact::Raised { course, reached, without, result } => {
                values.extend([
                    ("subject", self.course(*course)),
                    ("reached", name(reached)),
                    ("without", name(without)),
                    ("result", name(result)),
                ]);
                let text = "{what} {term}: chỉ do môn {subject} mà từ mức {without} xuống mức {reached}, nên được điều chỉnh lên mức {result}.";
                Said::new("level.raised", text, values)
            }
            Fact::NotRaised(reached) => {
                values.push(("reached", name(reached)));
                let text =
                    "{what} {term}: không có môn nào một mình làm giảm từ hai mức trở lên, nên giữ mức {reached}.";
                Said::new("level.not_raised", text, values)
            }
            _ => Said::default(),
        }
    }

    fn conduct(&self, rules: &Secondary, fact: &Fact) -> Said {
        let name = |level: &Level| rules.conduct_name(*level).to_owned();
        let what = ("what", rules.figures.conduct_name.clone());
        match fact {
            Fact::ConductYear { first, second, year } => Said::new(
                "conduct.year",
                "{what} cả năm: học kì I {first}, học kì II {second}, nên cả năm là {year}.",
                vec![what, ("first", name(first)), ("second", name(second)), ("year", name(year))],
            ),
            Fact::ConductGiven(year) => {
                Said::new("conduct.given", "{what} cả năm là {year}.", vec![what, ("year", name(year))])
            }
            Fact::Retrained(year) => Said::new(
                "conduct.retrained",
                "{what} sau khi rèn luyện trong kì nghỉ hè là {year}.",
                vec![what, ("year", name(year))],
            ),
            _ => Said::default(),
        }
    }

    fn state(fact: &Fact) -> Said {
        let Fact::State { state, decided, not_assessed } = fact else { return Said::default() };
        let values = vec![("state", state.name().to_owned())];
        let (code, text) = match (not_assessed, decided) {
            (true, false) => ("promotion.not_assessed", "Học sinh khuyết tật không đánh giá: {state}."),
            (_, true) => ("promotion.head_decided", "Hiệu trưởng đã quyết định: {state}."),
            (false, false) => match state {
                super::State::Promoted => ("promotion.promoted", "{state}."),
                super::State::Retest => ("promotion.retest", "{state}: rèn luyện đạt, học tập chưa đạt."),
                super::State::Training => ("promotion.training", "{state}: học tập đạt, rèn luyện chưa đạt."),
                super::State::RetestAndTraining => ("promotion.retest_and_training", "{state}."),
                super::State::Support => ("promotion.support", "{state}: chưa hoàn thành chương trình lớp học."),
                super::State::HeadDecides => ("promotion.head_decides", "{state} (đang chờ)."),
                super::State::Repeats => ("promotion.repeats", "{state}."),
                super::State::Incomplete => ("promotion.incomplete", "{state}."),
            },
        };
        Said::new(code, text, values)
    }

    fn finished(name: &str) -> Said {
        Said::new("promotion.finished", "{finish}.", vec![("finish", name.to_owned())])
    }

    fn title(name: Option<&str>) -> Said {
        match name {
            Some(name) => Said::new("title.given", "Danh hiệu: {title}.", vec![("title", name.to_owned())]),
            None => Said::new("title.none", "Không đủ điều kiện của danh hiệu nào.", Vec::new()),
        }
    }

    fn secondary(&self, rules: &Secondary, fact: &Fact) -> Said {
        let subject = ("subject", self.subject());
        match fact {
            Fact::Average(parts) => self.average(parts),
            Fact::Unexcused(count) => Said::new(
                "mark.unexcused",
                "{subject}: {count} lần không tham gia mà không có lí do, tính 0 điểm hoặc Chưa đạt.",
                vec![subject, ("count", count.to_string())],
            ),
            Fact::Remarks { strand, passed, of, outcome: result } => {
                let mut values =
                    vec![subject, ("passed", passed.to_string()), ("of", of.to_string()), ("result", outcome(*result))];
                let text = match strand {
                    Some(strand) => {
                        values.push(("strand", (strand + 1).to_string()));
                        "{subject}, nội dung {strand}: {passed} trên {of} lần đánh giá Đạt, nên kết quả là {result}."
                    }
                    None => "{subject}: {passed} trên {of} lần đánh giá Đạt, nên kết quả là {result}.",
                };
                Said::new("remark.semester", text, values)
            }
            Fact::Strands { passed, of, outcome: result } => Said::new(
                "remark.strands",
                "{subject}: {passed} trên {of} nội dung Đạt, nên kết quả là {result}.",
                vec![subject, ("passed", passed.to_string()), ("of", of.to_string()), ("result", outcome(*result))],
            ),
            Fact::Given(result) => Said::new(
                "result.given",
                "{subject}: kết quả {result} được ghi nhận, không tính từ điểm.",
                vec![subject, ("result", outcome(*result))],
            ),
            Fact::Exempt => Said::new("subject.exempt", "{subject}: được miễn, không tính.", vec![subject]),
            Fact::Missing(missing) => self.missing(missing),
            Fact::YearAverage { first, second, weight, average } => Said::new(
                "average.year",
                "{subject}: ({first} + {weight} × {second}) : {whole}, làm tròn thành {average}.",
                vec![
                    subject,
                    ("first", first.one_decimal()),
                    ("second", second.one_decimal()),
                    ("weight", weight.to_string()),
                    ("whole", (weight + 1).to_string()),
                    ("average", average.one_decimal()),
                ],
            ),
            Fact::YearRemark(result) => Said::new(
                "remark.year",
                "{subject}: lấy kết quả học kì II là {result}.",
                vec![subject, ("result", outcome(*result))],
            ),
            Fact::OneSemester(term, result) => Said::new(
                "result.one_semester",
                "{subject}: được miễn một học kì, lấy kết quả {term} là {result}.",
                vec![subject, ("term", term.name().to_owned()), ("result", outcome(*result))],
            ),
            Fact::Overall { sum, weight, average } => Said::new(
                "average.overall",
                "Trung bình các môn {term}: {sum} : {weight}, làm tròn thành {average}.",
                vec![
                    ("term", self.term().to_owned()),
                    ("sum", decimal_comma(*sum)),
                    ("weight", weight.to_string()),
                    ("average", average.one_decimal()),
                ],
            ),
            Fact::Tried(tried) => self.tried(rules, tried),
            Fact::Raised { .. } | Fact::NotRaised(_) => self.raised(rules, fact),
            Fact::ConductYear { .. } | Fact::ConductGiven(_) | Fact::Retrained(_) => self.conduct(rules, fact),
            Fact::Absences { counted, most } => Said::new(
                "absences",
                match counted > most {
                    true => "Nghỉ {counted} buổi trong năm, quá {most} buổi.",
                    false => "Nghỉ {counted} buổi trong năm, không quá {most} buổi.",
                },
                vec![("counted", counted.to_string()), ("most", most.to_string())],
            ),
            Fact::RetestListed { course, before } => Said::new(
                "retest.listed",
                "{subject}: cả năm {before}, thuộc các môn đánh giá lại.",
                vec![("subject", self.course(*course)), ("before", outcome(*before))],
            ),
            Fact::Retested { before, after } => Said::new(
                "retest.done",
                "{subject}: kết quả đánh giá lại {after} thay kết quả cả năm {before}.",
                vec![subject, ("after", outcome(*after)), ("before", outcome(*before))],
            ),
            Fact::Grounds { learning, conduct } => Said::new(
                if self.about == About::Title { "title.grounds" } else { "promotion.grounds" },
                "{learned}: {learning}. {behaved}: {conduct}.",
                vec![
                    ("learned", rules.figures.learning_name.clone()),
                    ("learning", rules.learning_name(*learning).to_owned()),
                    ("behaved", rules.figures.conduct_name.clone()),
                    ("conduct", rules.conduct_name(*conduct).to_owned()),
                ],
            ),
            Fact::TitleMany { title, count } => Said::new(
                "title.many",
                "{title}: {count} môn từ {asked} trở lên, cần {need}.",
                vec![
                    ("title", rules.titles[*title].name.clone()),
                    ("count", count.to_string()),
                    ("asked", rules.titles[*title].many.unwrap_or(Score::TEN).one_decimal()),
                    ("need", rules.figures.many.to_string()),
                ],
            ),
            Fact::State { .. } => Self::state(fact),
            Fact::Finished(place) => Self::finished(&rules.finishes[*place].name),
            Fact::Title(title) => Self::title(title.map(|place| rules.titles[place].name.as_str())),
            _ => Said::default(),
        }
    }

    fn primary(&self, rules: &Primary, fact: &Fact) -> Said {
        match fact {
            Fact::PrimarySubjects(lowest) => match lowest {
                Some((course, level)) => Said::new(
                    "primary.subjects",
                    "Môn học {term}: mức thấp nhất là {level} ({subject}).",
                    vec![
                        ("term", self.term().to_owned()),
                        ("level", achievement(*level).to_owned()),
                        ("subject", self.course(*course)),
                    ],
                ),
                None => Said::new("primary.subjects", "Không có môn học nào được đánh giá.", Vec::new()),
            },
            Fact::PrimaryTraits(lowest) => match lowest {
                Some((place, level)) => Said::new(
                    "primary.traits",
                    "Phẩm chất, năng lực {term}: mức thấp nhất là {level} ({trait}).",
                    vec![
                        ("term", self.term().to_owned()),
                        ("level", trait_level(*level).to_owned()),
                        ("trait", rules.traits[*place].name.to_owned()),
                    ],
                ),
                None => Said::new("primary.traits", "Không có phẩm chất, năng lực nào được đánh giá.", Vec::new()),
            },
            Fact::PrimaryTests(lowest) => match lowest {
                Some((course, mark)) => Said::new(
                    "primary.tests",
                    "Bài kiểm tra {term}: điểm thấp nhất là {mark} ({subject}).",
                    vec![
                        ("term", self.term().to_owned()),
                        ("mark", mark.to_string()),
                        ("subject", self.course(*course)),
                    ],
                ),
                None => Said::new("primary.tests", "Không có bài kiểm tra cuối năm học.", Vec::new()),
            },
            Fact::PrimaryLevel(place) => {
                let rule = &rules.year[*place];
                Said::new(
                    &format!("primary.{}", rule.level),
                    "Đánh giá kết quả giáo dục {term}: {level}.",
                    vec![("term", self.term().to_owned()), ("level", rule.name.clone())],
                )
            }
            Fact::PrimaryAgain(course) => Said::new(
                "primary.again",
                "{subject}: lấy kết quả đánh giá bổ sung.",
                vec![("subject", self.course(*course))],
            ),
            Fact::PrimaryMissing(lacking) => {
                let (what, point) = match lacking {
                    Lacking::Level(course, point) => (format!("mức đánh giá môn {}", self.course(*course)), point),
                    Lacking::Test(course, point) => (format!("bài kiểm tra môn {}", self.course(*course)), point),
                    Lacking::Trait(place, point) => (format!("mức đánh giá {}", rules.traits[*place].name), point),
                };
                Said::new(
                    "primary.missing",
                    "Còn thiếu {what}, {point}.",
                    vec![("what", what), ("point", POINTS[*point].to_owned())],
                )
            }
            Fact::PrimaryTitle(title) => Self::title(title.map(|title| match title {
                Honour::Excellent => rules.figures.excellent_title.as_str(),
                Honour::Outstanding => rules.figures.outstanding_title.as_str(),
            })),
            Fact::State { .. } => Self::state(fact),
            Fact::Finished(_) => Self::finished(&rules.figures.last_name),
            _ => Said::default(),
        }
    }
}
