"""Lines that tegrastats printed on boards of every generation, each with where it was found."""

# MIDS-scaling-up/v2@789a60c:week05/hw/README.md | TX2, sudo, L4T 28.x style (first line)
TX2_28 = (
    "RAM 2586/7846MB (lfb 1x1MB) CPU [0%@960,0%@499,0%@499,0%@959,0%@960,0%@960] EMC_FREQ 10%@665 GR3D_FREQ "
    "53%@140 APE 150 MTS fg 0% bg 0% BCPU@41C MCPU@41C GPU@39C PLL@41C Tboard@35C Tdiode@37.75C PMIC@100C "
    "thermal@40.2C VDD_IN 3177/3177 VDD_CPU 536/536 VDD_GPU 383/383 VDD_SOC 536/536 VDD_WIFI 0/0 VDD_DDR 575/575")
# DataDog/datadog-agent:pkg/collector/corechecks/nvidia/jetson/jetson_test.go tx2Sample | TX2, sudo, L4T 32.x
TX2_32 = (
    "RAM 2344/7852MB (lfb 1154x4MB) SWAP 0/3926MB (cached 0MB) CPU [1%@345,off,off,1%@345,0%@345,2%@345] "
    "EMC_FREQ 4%@1600 GR3D_FREQ 0%@624 APE 150 PLL@37.5C MCPU@37.5C PMIC@100C Tboard@32C GPU@35C BCPU@37.5C "
    "thermal@36.5C Tdiode@34.25C VDD_SYS_GPU 152/152 VDD_SYS_SOC 687/687 VDD_4V0_WIFI 0/0 VDD_IN 3056/3056 "
    "VDD_SYS_CPU 152/152 VDD_SYS_DDR 883/883")
# (ROS node) | TX2, no root, L4T 28.x: no EMC_FREQ/GR3D_FREQ/APE/MTS at all
TX2_NO_ROOT = (
    "RAM 1652/7854MB (lfb 1237x4MB) CPU [1%@2035,0%@2035,0%@2035,4%@2035,1%@2035,6%@2035] BCPU@31C MCPU@31C "
    "GPU@29.5C PLL@31C Tboard@27C Tdiode@27.25C PMIC@100C thermal@30.1C VDD_IN 2451/2471 VDD_CPU 306/311 VDD_GPU "
    "153/153 VDD_SOC 612/612 VDD_WIFI 0/10 VDD_DDR 828/828")
# https://github.com/martinkersner/gtop/issues/2 (2018-02-19) | TX1, L4T 24.x, GPU busy
TX1_24 = (
    "RAM 748/3854MB (lfb 676x4MB) SWAP 0/0MB (cached 0MB) cpu [71%,26%,32%,20%]@1912 EMC 23%@1600 AVP 41%@12 VDE "
    "0 GR3D 83%@921 EDP limit 1912")
# rbonghi/jetson_stats@d045859a:tests/tegrastats (commented-out echo, issue #21) | Nano, L4T 32.x, video engines active
NANO = (
    "RAM 1180/3965MB (lfb 1x2MB) SWAP 149/1024MB (cached 7MB) IRAM 0/252kB(lfb 252kB) CPU "
    "[30%@1036,33%@1036,28%@1036,26%@1036] EMC_FREQ 10%@1600 GR3D_FREQ 0%@76 NVENC 716 NVDEC 716 APE 25 PLL@57C "
    "CPU@60.5C PMIC@100C GPU@59C AO@65C thermal@59.75C POM_5V_IN 4520/4680 POM_5V_GPU 0/0 POM_5V_CPU 1078/1205")
# rbonghi/jetson_stats@6173c6b1 (notebook, 2018-11-24) | AGX Xavier, no root, L4T 31.x: EMC_FREQ 0% GR3D_FREQ 4%
XAVIER = (
    "RAM 1733/15827MB (lfb 3283x4MB) CPU [1%@1190,0%@1190,0%@1190,0%@1190,off,off,off,off] EMC_FREQ 0% GR3D_FREQ "
    "4% AO@25.5C GPU@26.5C iwlwifi@32C Tboard@27C Tdiode@29.75C AUX@25.5C CPU@26.5C thermal@26.1C PMIC@100C GPU "
    "621/621 CPU 465/465 SOC 1397/1397 CV 0/0 VDDRQ 0/0 SYS5V 2053/2053")
# (README, sudo tegrastats) | AGX Orin 64GB, L4T 35.x: GR3D2_FREQ, -256C offline zones, NC rails
ORIN_35 = (
    "04-24-2023 00:01:24 RAM 1282/62795MB (lfb 15152x4MB) SWAP 0/31398MB (cached 0MB) CPU "
    "[0%@729,0%@729,0%@729,0%@729,0%@729,0%@729,0%@729,0%@729,0%@729,0%@729,0%@729,0%@729] EMC_FREQ 0%@2133 "
    "GR3D_FREQ 0%@0 GR3D2_FREQ 0%@0 VIC_FREQ 729 APE 174 CV0@-256C CPU@42.593C Tboard@32C SOC2@39.343C "
    "Tdiode@33.25C SOC0@39.375C CV1@-256C GPU@-256C tj@42.593C SOC1@40.468C CV2@-256C VDD_GPU_SOC 2399mW/2399mW "
    "VDD_CPU_CV 400mW/400mW VIN_SYS_5V0 4032mW/4032mW NC 0mW/0mW VDDQ_VDD2_1V8AO 301mW/301mW NC 0mW/0mW")
# DataDog/datadog-agent:.../jetson_test.go r36Sample | AGX Orin, L4T 36: ragged spacing, engines "off", lower-case zones
ORIN_36 = (
    "RAM 29114/30697MB (lfb 3x4MB)    SWAP 4915/15348MB (cached 1MB) CPU "
    "[3%@729,4%@729,0%@729,1%@729,0%@2201,100%@2201,1%@2201,0%@2201,100%@2201,0%@2201,0%@2201,0%@2201] EMC_FREQ "
    "1%@2133 GR3D_FREQ 0%@[305,305] NVENC      off  NVDEC    off NVJPG off NVJPG1    off         VIC        off  "
    "        OFA           off          NVDLA0    off       NVDLA1     off          PVA0_FREQ off         APE    "
    "       174        cpu@53.062C soc2@48.25C soc0@48.843C  gpu@47.812C tj@53.062C soc1@48.968C    VDD_GPU_SOC "
    "3205mW/3205mW VDD_CPU_CV 4405mW/4405mW VIN_SYS_5V0 4767mW/4767mW")
# rbonghi/jetson_stats@f41d5ca:jtop/tests/test_06_tegra_parse.py ("Real tegrastats line", JetPack 7.2, L4T R39.2) |
ORIN_39 = (
    "07-25-2026 09:08:28 RAM 20642/62817MB (lfb 1x2MB) CPU "
    "[23%@2201,10%@2201,4%@2201,14%@2201,30%@2201,18%@2201,10%@2201,10%@2201,33%@2201,7%@2201,5%@2201,27%@2201] "
    "EMC_FREQ 3%@3199 GR3D_FREQ 12%@[1300,1300] NVENC0 off NVDEC0 off NVJPG0 off NVJPG1 off VIC off OFA off "
    "NVDLA0 off NVDLA1 off PVA0_FREQ off APE 174 cpu@52.968C/52.968C soc2@48.406C/48.406C soc0@49.531C/49.531C "
    "gpu@47.625C/47.625C VDD_GPU_SOC 5139mW/5139mW/5139mW VDD_CPU_CV 3268mW/3268mW/3268mW VIN_SYS_5V0 "
    "5500mW/5500mW/5500mW")
# (unit-test fixture of an R39 Thor line, idle) | Thor: CPU [..]@F again, EMC_FREQ @f, GR3D_FREQ @[f,f,f], VIN rail
THOR = (
    "08-08-2026 20:58:23 RAM 3429/125749MB (lfb 120x4MB) CPU [0%,5%,off]@2601 EMC_FREQ @4266 GR3D_FREQ "
    "@[1574,1574,1574] cpu@49.75C/49.75C tj@51.218C/51.218C gpu@51.218C/51.218C VDD_GPU 6330mW/6330mW/6330mW VIN "
    "28906mW/14453mW/28906mW")

ALL = (TX2_28, TX2_32, TX2_NO_ROOT, TX1_24, NANO, XAVIER, ORIN_35, ORIN_36, ORIN_39, THOR)
