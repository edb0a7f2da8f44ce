"""Examples for the help of each command, and what exit codes mean."""

EXIT_CODES = """exit codes:
  0  done, and for check: nothing at or above --fail-on, and nothing not assessed
  1  check found something at or above --fail-on; stale listed a source
  2  nothing was computed: the message says why
  3  check found nothing grave, and something could not be assessed
  130  stopped by Ctrl-C (143 if told to end, 129 if the terminal was closed); no file is left half written"""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "": (
        'taper down diazepam --from "10 mg at night" --pace "2 mg every 2 weeks" --out plan.json',
        "taper check plan.json",
        "taper schedule plan.json --start 2027-03-01 --out plan.pdf",
        "taper schedule plan.json --start 2027-03-01 --out plan.ics",
        "taper supply plan.json --start 2027-03-01",
        'taper log plan.json hold --start 2027-03-01 --day 2027-03-20 --for "2 weeks"',
    ),
    "drugs": ("taper drugs", "taper drugs --coverage"),
    "show": ("taper show diazepam", "taper show Lioresal"),
    "protocols": ("taper protocols",),
    "stale": ("taper stale --as-of 2027-06-01",),
    "limits": ("taper limits",),
    "check": (
        "taper check plan.json",
        "taper check plan.json --start 2027-03-01 --patient patient.json",
        "taper check plan.json --fail-on moderate --accept-not-assessed kidney,liver",
    ),
    "kidney": ("taper kidney baclofen-raynaud-example --patient patient.json --source vlavonou-2014",),
    "schedule": (
        "taper schedule plan.json --start 2027-03-01",
        "taper schedule plan.json --start 2027-03-01 --out sheet.pdf",
        "taper schedule plan.json --start 2027-03-01 --out phone.ics --times bedtime=22:00 --tz Europe/London",
        'taper down diazepam --from "10 mg nocte" --pace "2 mg a week" --json | taper schedule - --start 2027-03-01',
    ),
    "supply": (
        "taper supply plan.json --start 2027-03-01",
        'taper supply plan.json --start 2027-03-01 --every "28 days" --packs',
        "taper supply plan.json --start 2027-03-01 --log plan.log.json",
    ),
    "mme": ("taper mme plan.json --start 2027-03-01", "taper mme plan.json --start 2027-03-01 --table cdc-2022"),
    "down": (
        'taper down diazepam --from "10 mg at night" --pace "2 mg every 2 weeks"',
        'taper down diazepam --from "10 mg bd" --order evenly --pace "10% of current every 2 weeks, at least 1 mg"',
        'taper down prednisone --from "20 mg am" --to "5 mg" --pace "5 mg weekly" --out plan.json',
        'taper down diazepam --from "10 mg nocte" --pace "2 mg a week" --start 2027-03-01 --out plan.json '
        "--out sheet.pdf --no-clinician",
    ),
    "recipe": ('taper recipe diazepam "3.5 mg"', 'taper recipe baclofen "7.5 mg" --market uk'),
    "up": ('taper up baclofen --to "15 mg" --slots evening,morning,noon --by "5 mg every 3 days"',),
    "steps": (
        'taper steps prednisone "60 mg for 2 days, then down 10 mg every 2 days to 20 mg, then stop" --at morning',
    ),
    "cross": (
        'taper cross alprazolam --from "1 mg bd" --to-drug diazepam --equivalence ashton --every weekly '
        "--rounding down",
    ),
    "adjust": (
        "taper adjust plan.json --log plan.log.json --start 2027-03-01",
        "taper adjust plan.json --log plan.log.json --start 2027-03-01 --out sheet.pdf",
    ),
    "log": (
        'taper log plan.json hold --start 2027-03-01 --day 2027-03-20 --for "2 weeks"',
        'taper log plan.json step-back --day 2027-04-20 --for "1 week"',
        'taper log plan.json slow --day 2027-05-10 --pace "1 mg every 2 weeks"',
        "taper log plan.json missed --day 2027-05-12 --slot bedtime",
        "taper log plan.json show",
    ),
    "compare": ("taper compare plan.json other.json",),
    "import": ("taper import requests.json --out plan.json",),
    "audit": (
        'taper audit dispensed.parquet --out audit --market us --length "days supply" --longest 365 '
        '--duplicates "set aside" --stockpiling "same dose" --overlap sum --gap zero --grace 0 --ends-after 30 '
        "--since 2020-01-01 --until 2024-12-31 --washout 365 --least-change 15/100",
    ),
}
