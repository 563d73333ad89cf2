"""The referrals that are under way when a demonstration is opened, as data: who, what, when, and each turn taken.

Sicknesses and people are invented. `storytelling` plays the turns by calling the real actions with the clock set back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from fenji.config.demonstration_accounts import CITY, COUNTY, TOWNSHIP

AT_PLACE = timedelta(days=-1)  # when the booked place begins, or an hour later if none was booked


@dataclass(frozen=True)
class Case:
    """What a referral is about. Codes: ICD-10, 诊疗科目."""

    diagnosis_code: str
    diagnosis_name: str
    specialty: str
    history: str
    measures: Mapping[str, Any] = field(default_factory=dict)
    medicines: str = ""


@dataclass(frozen=True)
class Turn:
    """One move: `who` is doctor, head, office, physician or community; `after` counts from the turn before.

    `given`: `places` is how many are offered, `place` the next one free. `on_child`: the move is made on the referral
    that came out of this one (handed on, or sent down).
    """

    action: str
    who: str
    after: timedelta
    given: Mapping[str, Any] = field(default_factory=dict)
    on_child: bool = False


@dataclass(frozen=True)
class Story:
    """A referral begun `ago`, or on a day of the month before, and its turns as far as the time until now reaches."""

    case: str
    ago: timedelta
    turns: tuple[Turn, ...] = ()
    sender: str = TOWNSHIP
    receiver: str = COUNTY
    urgency: str = "routine"
    is_draft: bool = False
    is_played: bool = False  # about the resident whom everybody may play
    day_of_last_month: int = 0  # 1 to 28; then `ago` says nothing


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def days(number: float) -> timedelta:
    return timedelta(days=number)


CASES = {
    "pressure": Case(
        "I10",
        "原发性高血压",
        "03.04",
        "两联降压药规律服用三个月，近两次随访血压均高于 160/100，伴头晕。",
        {"systolic": 168, "diastolic": 102},
        "氨氯地平 5 mg 每日一次；缬沙坦 80 mg 每日一次",
    ),
    "angina": Case(
        "I20", "心绞痛", "03.04", "活动后胸闷两周，休息可缓解，近三日发作较前频繁。", {"angina_new_or_worse": True}
    ),
    "infarct": Case(
        "I21", "急性心肌梗死", "20", "突发胸痛四十分钟，心电图下壁导联抬高，已嚼服阿司匹林。", {"acs_suspected": True}
    ),
    "stroke": Case("I63", "脑梗死", "03.03", "脑梗死后三月，右侧肢体活动较前差，请评估二级预防用药。"),
    "diabetes": Case(
        "E11", "2型糖尿病", "03.07", "口服降糖药加量后空腹血糖仍高于 12，请调整方案。", {"fasting_glucose": 12.6}
    ),
    "knee": Case("M17", "膝关节病", "04.03", "右膝痛半年，上下楼困难，保守治疗效果差，请评估是否手术。"),
    "pregnancy": Case("O24", "妊娠期糖尿病", "05", "孕 26 周，糖耐量试验两项超标，请产科共同管理。"),
    "breath": Case(
        "J44", "慢性阻塞性肺疾病", "03.01", "慢阻肺五年，近一周咳痰增多、活动后气促加重。", {"known_copd": True}
    ),
}

REPLY = {
    "diagnosis_name": "同转诊诊断",
    "findings": "心电图、心脏彩超、血生化已做，结果附后。",
    "treatment": "调整用药后症状缓解，生命体征平稳。",
    "advice": "按新方案服药，两周后在基层复诊，一个月后复查。",
}
PLAN = {
    "treatment": "继续现用药物，规律随访。",
    "rehabilitation": "每日步行三十分钟，循序渐进。",
    "nursing": "低盐饮食，每日早晚测血压并记录。",
    "warning_signs": "胸痛、气促加重或血压高于 180/110 时立即就诊。",
    "tasks": [(14, "复诊：测血压，问服药情况"), (30, "复查血生化")],
    "medicines": [{"name": "缬沙坦氨氯地平", "dose": "80/5 mg", "frequency": "每日一次", "days": "30"}],
    "guidance_days": 30,
}

ACCEPT = Turn("accept", "office", hours(2))
AT_ONCE = Turn("accept", "office", hours(0.1))  # an emergency cannot be refused
ARRIVE = Turn("arrive", "office", AT_PLACE)
SEE = Turn("start_care", "physician", hours(0.4))
ANSWER = Turn("reply", "physician", hours(3), {"reply": REPLY})
DOWN = Turn("return_down", "physician", hours(4), {"reply": REPLY, "plan": PLAN})
AGAIN = Turn("schedule", "office", hours(3), {"place": "next"})  # whoever did not come
LOOP_UP = (ACCEPT, ARRIVE, SEE, ANSWER, Turn("acknowledge", "doctor", hours(5)))
LOOP_DOWN = (
    *(ACCEPT, ARRIVE, SEE, DOWN),
    Turn("accept", "community", hours(3), on_child=True),
    Turn("arrive", "community", hours(20), on_child=True),
    Turn("take_on", "community", hours(1), on_child=True),
)

# What the desks of the demonstration's logins show.
AT_THE_DESKS = (
    Story(
        "pressure",
        hours(30),
        (
            ACCEPT,
            Turn(
                "cancel_appointment",
                "office",
                hours(1),
                {"reason": "clinic_closed", "note": "该时段医生停诊，请另选时间"},
            ),
            Turn("offer", "office", hours(0.5), {"places": 3}),
        ),
        is_played=True,
    ),
    Story("angina", hours(2)),
    Story("knee", hours(5), is_draft=True),
    Story("stroke", days(4), receiver=CITY),  # nobody answered: overdue
    Story(
        "diabetes", days(1), (Turn("ask", "office", hours(2), {"note": "请补近一周空腹和餐后血糖记录"}),), receiver=CITY
    ),
    Story(
        "knee",
        hours(26),
        (Turn("refuse", "office", hours(3), {"reason": "out_of_scope", "note": "本院暂不开展该手术"}),),
    ),
    Story(
        "angina",
        days(3),
        (
            Turn("refuse", "office", hours(2), {"reason": "out_of_scope", "note": "需冠脉造影，建议转市级医院"}),
            Turn("reroute", "doctor", hours(1), {"institution": CITY, "reason": "capability"}),
            ACCEPT,
        ),
    ),
    Story("pressure", days(1.5), (ACCEPT,)),
    Story("breath", hours(20), (ACCEPT,), receiver=CITY, is_played=True),
    Story(
        "knee",
        days(2),
        (
            ACCEPT,
            Turn(
                "request_cancellation",
                "doctor",
                hours(20),
                {"reason": "resident_declined", "note": "居民在外地，暂不就诊"},
            ),
        ),
    ),
    Story("pressure", days(9), (ACCEPT, Turn("mark_no_show", "office", AT_PLACE))),
    Story("pressure", days(12), (ACCEPT, Turn("mark_no_show", "office", AT_PLACE), AGAIN, ARRIVE, SEE, ANSWER)),
    Story(
        "angina",
        days(8),
        (ACCEPT, ARRIVE, SEE, Turn("interim_reply", "physician", hours(20), {"reply": REPLY})),
        receiver=CITY,
    ),
    Story("pressure", days(10), (ACCEPT, ARRIVE, SEE, ANSWER)),
    Story("angina", days(12), LOOP_UP, receiver=CITY),
    Story("pressure", days(11), (ACCEPT, ARRIVE, SEE, DOWN), receiver=CITY),
    Story("pressure", days(13), LOOP_DOWN, is_played=True),
    Story("infarct", hours(1.5), (AT_ONCE, Turn("arrive", "office", hours(0.6)), SEE), urgency="emergency"),
    Story(
        "infarct",
        days(5),
        (AT_ONCE, Turn("arrive", "office", hours(0.6)), SEE, DOWN),
        receiver=CITY,
        urgency="emergency",
    ),
    Story(
        "angina",
        days(1),
        (
            Turn(
                "hand_on",
                "office",
                hours(1),
                {"institution": CITY, "reason": "out_of_scope", "note": "需急诊冠脉介入评估"},
            ),
        ),
        urgency="urgent",
    ),
    Story(  # two hospitals one after the other
        "angina",
        days(12),
        (
            *(ACCEPT, ARRIVE, SEE),
            Turn(
                "hand_on",
                "office",
                hours(20),
                {"institution": CITY, "reason": "out_of_scope", "note": "造影示三支病变，需介入治疗"},
            ),
            *(replace(turn, on_child=True) for turn in (ACCEPT, ARRIVE, SEE, ANSWER)),
        ),
    ),
    Story(
        "knee",
        days(3),
        (Turn("withdraw", "doctor", hours(4), {"reason": "resident_declined", "note": "居民改往外地就诊"}),),
    ),
)

# A fortnight elsewhere in the city, so that flows and figures have something to show: township, its hospital.
ROADS = (
    ("jiangcheng-buchang-township", "jiangcheng-people"),
    ("jiangcheng-chengdong-chc", "yangjiang-people"),
    ("yangdong-nalong-township", "yangdong-people"),
    ("yangdong-dongping-township", "yangdong-people"),
    ("yangxi-zhilong-township", "yangxi-people"),
    ("yangxi-shaba-township", "yangxi-people"),
    ("yangchun-chunwan-township", "yangchun-people"),
    ("yangchun-tanshui-township", "yangchun-people"),
)
ALONG_A_ROAD = (
    ("pressure", days(13), LOOP_UP),
    ("knee", days(11), LOOP_DOWN),
    ("pressure", days(8), LOOP_DOWN),
    ("knee", days(2), (ACCEPT,)),
    ("pressure", hours(7), ()),
)

# A whole month, so that one can be published. No clinics were held then: who came was seen without an appointment.
CAME_AND_RETURNED = (Turn("arrive", "office", hours(3)), SEE, DOWN, *LOOP_DOWN[4:])
CAME_LATE = (Turn("arrive", "office", days(3)), SEE, ANSWER, Turn("acknowledge", "doctor", hours(5)))
TO_STAY_BELOW = (
    Turn("refuse", "office", hours(2), {"reason": "below_level", "note": "血压可在基层调整用药"}),
    Turn("withdraw", "doctor", hours(2), {"reason": "improved", "note": "按建议调整用药后平稳"}),
)
LAST_MONTH = (
    *((day, "pressure", CAME_AND_RETURNED) for day in (2, 6, 9, 13, 17)),
    (20, "knee", CAME_LATE),
    (23, "pressure", TO_STAY_BELOW),
)
PUBLISHED_ROADS = tuple(ROADS[number] for number in (0, 2, 4, 6))

STORIES = AT_THE_DESKS + tuple(
    Story(case, ago + timedelta(hours=3 * number), turns, sender, receiver)
    for number, (sender, receiver) in enumerate(ROADS)
    for case, ago, turns in ALONG_A_ROAD
)
STORIES += tuple(
    Story(case, timedelta(), turns, sender, receiver, day_of_last_month=day + number)
    for number, (sender, receiver) in enumerate(PUBLISHED_ROADS)
    for day, case, turns in LAST_MONTH
)
