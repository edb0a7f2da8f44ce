"""One person, one starting plan, and what each source held says of baclofen and their kidneys."""

from taper import CannotCompute, Formulary, load_protocol, propose_for_kidney, read_patient

formulary = Formulary.shipped()
plan = load_protocol("baclofen-raynaud-example").plan()
patient = read_patient(
    '{"age": 70, "sex": "female", "creatinine": "1.6 mg/dL", "weight_kg": 62, "weight_basis": "actual",'
    ' "kidney_stable": true, "dialysis": false}'
)
# The liquid can be measured in steps of half a milliliter, so that halves of 5 mg can be made.
products = [
    product.measured("0.5 mL") if product.id == "baclofen-us-solution-5mg-5ml" else product
    for product in formulary.products("baclofen", market="us")
]


def main() -> None:
    """Print the person's figures, then each source's proposal or the reason that it gives none."""
    egfr, crcl = patient.known_egfr(), patient.known_crcl()
    print(f"{egfr.described if egfr else ''}; {crcl.described if crcl else ''}\n")
    for advice in formulary.monograph("baclofen").kidney:
        print(f"{advice.source.id} ({advice.basis}, grade {advice.source.grade})")
        try:
            proposal = propose_for_kidney(plan, patient, source=advice.source.id, products=products)
        except CannotCompute as refusal:
            print(f"  no proposal: {refusal.message}\n")
            continue
        changes = {f"{change.before} -> {change.after}" for change in proposal.changes} or {"no dose changes"}
        print(f"  {proposal.says} at {proposal.place}: {', '.join(sorted(changes))}")
        print(f"  note: {proposal.note}\n" if proposal.note else "")


if __name__ == "__main__":
    main()
